// The text of /proc/PID/stat and status taken apart. Pure; the kernel wrote the text, but names in
// it are the process's, and they may lie.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "trace/record.h"

namespace exectrail::recorder {

// proc_pid_stat(5).
struct ProcStat {
  std::string comm;
  char state = '?';
  // False: the process is being taken apart, and parent and session are not known any more.
  bool attached = true;
  std::uint32_t parentPid = 0;
  std::uint32_t sessionId = 0;
  std::uint32_t terminal = 0;
  std::uint64_t startTicks = 0;      // since boot (CLOCK_BOOTTIME), in 1/sysconf(_SC_CLK_TCK) s
  std::uint64_t argumentsBegin = 0;  // addresses; 0 without the right to see them
  std::uint64_t argumentsEnd = 0;
};

std::optional<ProcStat> parseStat(std::string_view text);

// proc_pid_status(5). Nothing unless all credentials are there and numbers.
struct ProcStatus {
  std::uint32_t tgid = 0;
  std::uint32_t parentPid = 0;  // 0: none, or the process is being taken apart
  trace::Credentials credentials;
  // Without the lines of newer kernels (Linux 4.10 has all) there are none. Kernels built without
  // seccomp do not name its mode.
  std::optional<trace::Privileges> privileges;
};

std::optional<ProcStatus> parseStatus(std::string_view text);

}  // namespace exectrail::recorder
