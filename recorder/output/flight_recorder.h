// Keeps the last minutes of a recording in memory: sealed batches, and the state of the host before
// the oldest of them. What falls out of the window moves the state on. A window can be taken at any
// time, and is a complete trace of its own.
//
// Batches of a run can only be read together and leave together: a window reaches back a little
// further than asked for. Whoever seals them begins a run often enough.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <vector>

#include "recorder/output/batch_sink.h"
#include "recorder/output/tree_state.h"

namespace exectrail::recorder {

struct FlightSettings {
  std::uint64_t windowNs = 0;
  std::size_t memoryBytes = std::size_t{64} << 20;  // of all that is kept
};

// A trace to be written.
struct FlightWindow {
  trace::Header header;
  std::vector<SealedBatch> batches;
  trace::End end;
  std::uint64_t heldNs = 0;  // how far it reaches back
  bool shortened = false;    // for want of memory; the header says so, too
};

class FlightRecorder {
 public:
  // `header` is that of the recording.
  FlightRecorder(const FlightSettings& settings, trace::Header header);

  void add(SealedBatch&& batch);

  // What has happened up to the time of `now`, as a trace that begins with its window. `soFar` is
  // the account of the whole recording: of what is not counted by batch.
  FlightWindow take(const trace::ClockReading& now, trace::EndReason reason,
                    const trace::End& soFar = {});

  std::size_t bytes() const { return runBytes_ + state_.bytes(); }

 private:
  struct Run {
    std::vector<SealedBatch> batches;
    std::size_t bytes = 0;
    std::uint64_t lastNs = 0;
  };

  void forget(std::uint64_t nowNs);
  void forgetOldest();

  FlightSettings settings_;
  trace::Header header_;
  std::deque<Run> runs_;  // oldest first; the last one is still growing
  std::size_t runBytes_ = 0;
  TreeState state_;           // when the oldest run begins
  std::uint64_t sinceNs_;     // what has happened since is in the runs
  bool outOfMemory_ = false;  // the last run that left did so before its time
};

}  // namespace exectrail::recorder
