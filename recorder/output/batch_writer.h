// What the writer's thread writes to: one trace (PlainWriter), or the segments of a recording
// (SegmentWriter). All of it is called by that thread alone.
#pragma once

#include <cstdint>
#include <optional>

#include "recorder/output/batch_sink.h"
#include "trace/writer.h"

namespace exectrail::recorder {

class BatchWriter {
 public:
  virtual ~BatchWriter() = default;

  // As trace::Writer: what a full disk keeps out is tried again by finish().
  virtual void add(const SealedBatch& batch) = 0;
  virtual void tick(std::uint64_t nowNs) = 0;
  virtual std::optional<std::uint64_t> dueNs() const = 0;
  virtual void finish(const trace::End& end) = 0;
  virtual std::uint64_t bytesWritten() const = 0;
};

class PlainWriter : public BatchWriter {
 public:
  // Writes the header. `sink` must outlive the writer.
  PlainWriter(trace::ByteSink& sink, const trace::Header& header,
              const trace::WriterSettings& settings)
      : writer_(sink, header, settings) {}

  void add(const SealedBatch& batch) override {
    writer_.addBatch(*batch.content, batch.counts.records, batch.fresh);
  }
  void tick(std::uint64_t nowNs) override { writer_.tick(nowNs); }
  std::optional<std::uint64_t> dueNs() const override { return writer_.dueNs(); }
  void finish(const trace::End& end) override { writer_.finish(end); }
  std::uint64_t bytesWritten() const override { return writer_.bytesWritten(); }

 private:
  trace::Writer writer_;
};

}  // namespace exectrail::recorder
