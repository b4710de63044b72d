// What the kernel copied of a caller's memory at system-call entry -> file name and arguments:
// which of the strings without bytes are empty, which could not be read, and where argv ends. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "recorder/proc/entry_reader.h"
#include "recorder/sources/dynamic_definitions.h"
#include "trace/evidence.h"

namespace exectrail::recorder {

struct EntryCopy {
  std::uint64_t filename = 0;  // addresses
  std::uint64_t argv = 0;
  std::array<std::uint64_t, kCopiedArguments + 1> pointers{};  // of argv; any value if unreadable

  // With their terminating NUL; without any bytes: empty or unreadable.
  std::string_view file;
  std::array<std::string_view, kCopiedArguments> arguments;
};

trace::Field<std::string> fileOf(const EntryCopy& copy);

// All arguments or none; truncated where argv goes on beyond what was copied.
trace::Field<std::vector<std::string>> argumentsOf(const EntryCopy& copy);

// The arguments that are sure: where they were, and what they were if that was in memory.
CopiedArguments partOf(const EntryCopy& copy);

}  // namespace exectrail::recorder
