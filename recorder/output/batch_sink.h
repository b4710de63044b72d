// Where sealed batches of records go: to a file or pipe (WriterThread), or into memory until
// somebody asks for them (FlightRecorder).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "trace/metadata.h"

namespace exectrail::recorder {

// What is in a batch, counted as in the end of a trace.
struct BatchCounts {
  std::uint64_t records = 0;
  std::uint64_t execs = 0;
  std::uint64_t attempts = 0;
  std::uint64_t attemptsNotKept = 0;
  std::uint64_t forks = 0;
  std::uint64_t exits = 0;
  std::uint64_t gaps = 0;
  std::uint64_t lostEvents = 0;
};

struct SealedBatch {
  std::shared_ptr<const std::vector<std::byte>> content;  // of a batch frame; never null
  bool fresh = true;  // the first of a run: it needs none of those before it
  BatchCounts counts;
  std::uint64_t firstNs = 0;  // the earliest and the latest time of its records, CLOCK_MONOTONIC
  std::uint64_t lastNs = 0;
};

class BatchSink {
 public:
  virtual ~BatchSink() = default;

  virtual void put(SealedBatch&& batch) = 0;

  // A run of batches, which share tables, is over after so much time at the latest; 0: no limit.
  virtual std::uint64_t longestRunNs() const { return 0; }

  // And at about this size.
  virtual std::size_t longestRunBytes() const { return std::size_t{1} << 20; }

  // True: not now. Events are best left in the kernel, which counts what it has to drop.
  virtual bool full() const { return false; }

  // Adds what becomes readable when check() should be called, or full() has changed.
  virtual void descriptors(std::vector<int>&) const {}

  // Throws what has gone wrong since the last call.
  virtual void check() {}

  // No more batches come. Does not wait until all is written.
  virtual void finish(const trace::End& end) = 0;
};

}  // namespace exectrail::recorder
