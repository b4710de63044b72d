// Small pieces of /proc: reading a file or a link below an open directory, and taking the text of
// stat, status and cmdline apart. Parsing is pure; the texts come from processes and may lie.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "trace/record.h"

namespace exectrail::recorder {

struct ReadResult {
  std::string bytes;
  int errorNumber = 0;     // 0: read
  bool truncated = false;  // there was more than the limit
};

// Reads at most `limit` bytes of a file. `directory` is a descriptor or AT_FDCWD.
ReadResult readFileAt(int directory, const char* file, std::size_t limit);

// The target of a symbolic link, up to PATH_MAX bytes.
ReadResult readLinkAt(int directory, const char* link);

// proc_pid_stat(5).
struct ProcStat {
  std::string comm;
  char state = '?';
  std::uint32_t parentPid = 0;
  std::uint32_t sessionId = 0;
  std::uint32_t terminal = 0;
  std::uint64_t startTicks = 0;      // since boot (CLOCK_BOOTTIME), in 1/sysconf(_SC_CLK_TCK) s
  std::uint64_t argumentsBegin = 0;  // addresses; 0 without the right to see them
  std::uint64_t argumentsEnd = 0;
};

std::optional<ProcStat> parseStat(std::string_view text);

struct ProcStatus {
  std::uint32_t tgid = 0;
  trace::Credentials credentials;
};

// proc_pid_status(5).
std::optional<ProcStatus> parseStatus(std::string_view text);

// proc_pid_cmdline(5): arguments end in NUL; a last one without is kept.
std::vector<std::string> splitArguments(std::string_view bytes);

// A number that fills the whole text (but for a final newline).
std::optional<std::uint64_t> parseNumber(std::string_view text);

}  // namespace exectrail::recorder
