// The text of /proc/PID/mountinfo taken apart. Pure. Users may mount and so choose paths and
// sources: the kernel escapes blanks in them, and nothing here relies on more.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "trace/record.h"

namespace exectrail::recorder {

// A trace::Mount with bytes of its own.
struct MountLine {
  std::uint32_t id = 0;
  std::uint32_t parentId = 0;
  std::uint32_t deviceMajor = 0;
  std::uint32_t deviceMinor = 0;
  std::string root;
  std::string point;
  std::string options;
  std::string fileSystem;
  std::string source;
  std::string superOptions;

  trace::Mount view() const;
};

// One line, without its newline, as proc_pid_mountinfo(5) has it. Nothing: it is not of that form.
std::optional<MountLine> parseMountLine(std::string_view line);

// The id at the beginning of a line.
std::optional<std::uint32_t> mountIdOf(std::string_view line);

// "\040" -> ' ' and so on, for the escapes of three octal digits; everything else stays.
std::string unescapeMount(std::string_view text);

}  // namespace exectrail::recorder
