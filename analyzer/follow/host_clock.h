// This host, to know whether a trace is being made on it now, and its clocks.
#pragma once

#include <cstdint>
#include <ctime>
#include <fstream>
#include <string>

namespace exectrail::analyzer {

inline std::uint64_t monotonicNowNs() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 +
         static_cast<std::uint64_t>(now.tv_nsec);
}

inline std::int64_t realtimeNowNs() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return static_cast<std::int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

// As trace::toString() writes it; empty if it cannot be read.
inline std::string bootIdOfThisHost() {
  std::string id;
  std::ifstream("/proc/sys/kernel/random/boot_id") >> id;
  return id;
}

}  // namespace exectrail::analyzer
