// Sealed batches for tests of what stands behind the assembler.
#pragma once

#include <string>
#include <vector>

#include "recorder/output/batch_sealer.h"
#include "tests/support/records.h"
#include "trace/reader.h"

namespace exectrail::test {

// Keeps what it is given.
struct CollectingSink : recorder::BatchSink {
  void put(recorder::SealedBatch&& batch) override { batches.push_back(std::move(batch)); }
  void finish(const trace::End&) override {}
  std::uint64_t longestRunNs() const override { return runNs; }

  std::vector<recorder::SealedBatch> batches;
  std::uint64_t runNs = 0;
};

// All records in one batch, the first of a run.
inline recorder::SealedBatch batchOf(const Records& records) {
  CollectingSink sink;
  recorder::BatchSealer sealer(sink);
  for (const OwnedRecord& record : records) sealer.add(record.record);
  sealer.flush();
  return std::move(sink.batches.at(0));
}

// What a trace in memory holds.
struct ReadTrace {
  explicit ReadTrace(std::string content) : bytes(std::move(content)) {
    const auto reader = trace::openTraceBytes(bytes, "t.trail");
    for (trace::Record record; reader->next(record);) records.push_back(record);
    header = reader->header();
    state = reader->state();
    end = reader->end().value_or(trace::End{});
  }

  std::string bytes;
  std::vector<trace::Record> records;  // only values: their bytes are gone
  trace::Header header;
  trace::ReadState state;
  trace::End end;
};

}  // namespace exectrail::test
