// Times, durations and sizes as text for people and for JSON. Times are always UTC.
#pragma once

#include <cstdint>
#include <string>

namespace exectrail::trace {

// RFC 3339 with nanoseconds: 2026-03-04T05:06:07.123456789Z
std::string rfc3339(std::int64_t realtimeNs);

// For people: 2026-03-04 05:06:07.123Z
std::string readableTime(std::int64_t realtimeNs);

// "1.8 s", "3 min", "12 d": a length of time of which only the size matters.
std::string readableDuration(std::int64_t nanoseconds);

// "17 B", "41 kB", "2.5 MB"
std::string readableSize(std::uint64_t bytes);

}  // namespace exectrail::trace
