// One record kept for itself: a run of one batch of one record, which owns its bytes.
#pragma once

#include <vector>

#include "trace/batch.h"
#include "trace/run_tables.h"

namespace exectrail::recorder {

using EncodedRecord = std::vector<std::byte>;

inline EncodedRecord encodeRecord(trace::BatchBuilder& builder, const trace::Record& record) {
  builder.startRun();
  builder.add(record);
  return builder.seal();
}

// The record again. What it points to lives as long as this and `encoded`.
struct DecodedRecord {
  explicit DecodedRecord(const EncodedRecord& encoded) {
    view = trace::BatchView::open(encoded.data(), encoded.size(), true, tables);
    view.decode(0, record);
  }
  DecodedRecord(const DecodedRecord&) = delete;
  DecodedRecord& operator=(const DecodedRecord&) = delete;

  trace::ReadTables tables;
  trace::BatchView view;
  trace::Record record;
};

}  // namespace exectrail::recorder
