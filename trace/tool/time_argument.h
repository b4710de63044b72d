// A moment as people type it: on the clock (UTC), or as seconds since the recording started, which
// is what a dump shows.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "trace/metadata.h"

namespace exectrail::trace {

// "2026-03-04T05:06:07.123Z", "2026-03-04 05:06:07", "2026-03-04", "+12.5" -> nanoseconds since
// 1970. Nothing if `text` is none of these or out of range.
std::optional<std::int64_t> parseTime(const std::string& text, const ClockReading& start);

// Leaves `out` alone if `text` is empty. False after saying on standard error what is wrong with
// the option of a command.
bool parseBound(const char* command, const char* option, const std::string& text,
                const ClockReading& start, std::optional<std::int64_t>& out);

inline constexpr const char* kTimeForms =
    "a time is 2026-03-04T05:06:07.123Z (UTC; the later parts may be left out), or +12.5: seconds "
    "since the recording started";

}  // namespace exectrail::trace
