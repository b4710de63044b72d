// Writes a trace again as it once came: each record when its time has come. To rehearse streaming
// and sinks without an attack.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>

#include "trace/container/byte_sink.h"
#include "trace/reader.h"

namespace exectrail::replay {

// How long to wait before a record that came `sinceStart` after the recording began, as seen from
// the beginning of the play. Real time in the program, none in tests.
using Wait = std::function<void(std::chrono::nanoseconds sinceStart)>;

struct PlayReport {
  std::uint64_t records = 0;
  bool whole = false;  // the trace had its end, and the copy has it too
};

// `speed` times as fast as it was; 0: at once. Batches are sealed as often as a recorder does it,
// 100 ms of the play apart. Throws what the sink throws.
PlayReport play(trace::Reader& reader, trace::ByteSink& sink, double speed, const Wait& wait);

}  // namespace exectrail::replay
