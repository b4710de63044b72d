// The perf ring of one CPU: an exec sample and the side-band, joined.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "recorder/kernel/perf_event.h"
#include "recorder/sources/perf_decoder.h"

namespace exectrail::recorder {

struct PerfCpu {
  PerfEvent execs;
  PerfEvent sideBand;
  PerfEvent waker;
  PerfRing ring;
  PerfRing wakerRing;
  PerfRingState state;
  std::uint64_t readTo = 0;     // position in the ring; what comes before it may be released
  std::uint64_t enabledNs = 0;  // of the events, when last asked for

  // Opens, maps and enables. On failure a positive errno, and `refused` says what was: "the exec
  // samples", "the side-band", "the waker", "the ring".
  int start(int cpu, const PerfExecSettings& settings, const PerfFeatures& features,
            std::uint64_t ringBytes, const char*& refused);

  void stop();

  // Records that found no room and of which no record in the ring tells.
  std::uint64_t unreportedLost() const;

  // False once the CPU has gone offline, also if it came back: its events do not come back with it.
  bool stillCounts();
};

// What this kernel offers, found by opening and closing an event on `cpu`; or a positive errno.
int findPerfFeatures(int cpu, const PerfExecSettings& settings, PerfFeatures& features);

// "0-3,5" of sysfs -> numbers. Nothing if it is no such list.
std::optional<std::vector<int>> parseCpuList(std::string_view text);

}  // namespace exectrail::recorder
