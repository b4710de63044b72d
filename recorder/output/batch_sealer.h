// Records -> sealed batches with what is in them. When a batch is due is left to whoever calls
// flush(); only one that grows too big is sealed here.
#pragma once

#include "recorder/output/batch_sink.h"
#include "trace/batch.h"

namespace exectrail::recorder {

class BatchSealer {
 public:
  // `sink` must outlive it. A run of batches, which share tables, is over after so much time at the
  // latest: 0 stands for no limit.
  explicit BatchSealer(BatchSink& sink, std::uint64_t runNs = 0) : sink_(sink), runNs_(runNs) {}

  void add(const trace::Record& record);
  void flush();

 private:
  BatchSink& sink_;
  std::uint64_t runNs_;
  std::size_t runBytes_ = 0;
  std::uint64_t runFirstNs_ = 0;
  trace::BatchBuilder builder_;
  SealedBatch batch_;  // without its content
};

}  // namespace exectrail::recorder
