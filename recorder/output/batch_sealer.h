// Records -> sealed batches with what is in them. When a batch is due is left to whoever calls
// flush(); only one that grows too big is sealed here.
#pragma once

#include "recorder/output/batch_sink.h"
#include "trace/batch.h"

namespace exectrail::recorder {

class BatchSealer {
 public:
  explicit BatchSealer(BatchSink& sink) : sink_(sink) {}  // which must outlive it

  void add(const trace::Record& record);
  void flush();

 private:
  BatchSink& sink_;
  std::size_t runBytes_ = 0;
  std::uint64_t runFirstNs_ = 0;
  trace::BatchBuilder builder_;
  SealedBatch batch_;  // without its content
};

}  // namespace exectrail::recorder
