// Moves events from the sources into the trace: drains, reads what will be gone soon, merges,
// assembles, writes.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "recorder/assembler.h"
#include "recorder/observer.h"
#include "recorder/ordered_merge.h"
#include "recorder/sources.h"
#include "trace/metadata.h"
#include "trace/writer.h"

namespace exectrail::recorder {

class Pipeline {
 public:
  // `header` but for what the sources know of themselves. All must outlive the pipeline.
  Pipeline(trace::Header header, Sources& sources, trace::ByteSink& sink);

  // Records the processes that are there.
  void start();

  // With Scope::kSubtree: the process whose subtree is recorded.
  void setRoot(pid_t pid) { assembler_.setRoot(pid); }

  // Does what has to be done now.
  void step();

  // When step() is wanted next although nothing becomes readable, CLOCK_MONOTONIC.
  std::uint64_t dueNs() const;

  // What becomes readable when step() is wanted.
  void descriptors(std::vector<int>& descriptors) const;

  trace::End finish(trace::EndReason reason);

  std::size_t liveProcesses() const { return assembler_.liveProcesses(); }
  std::uint64_t bytesWritten() const { return writer_.bytesWritten(); }

 private:
  void drainExecs();
  std::size_t drainFailures();
  void release(std::uint64_t drainedNs);
  void add(std::vector<Event>&& events);
  void beat(std::uint64_t nowNs);

  trace::Header header_;
  Sources& sources_;
  trace::Writer writer_;
  Observer observer_;
  OrderedMerge merge_;
  Assembler assembler_;
  bool readProc_;
  std::uint64_t lookedNs_ = 0;  // all sources were drained
  std::uint64_t failuresDrainedNs_ = 0;
  std::uint64_t entriesDrainedNs_ = 0;
  std::uint64_t sealedNs_ = 0;
  std::uint64_t beatNs_ = 0;
  std::uint64_t failuresAgainNs_ = 0;  // a flood of failures is not looked at before
};

}  // namespace exectrail::recorder
