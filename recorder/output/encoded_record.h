// One record kept for itself: a batch of one, which owns its bytes.
#pragma once

#include <vector>

#include "trace/batch.h"

namespace exectrail::recorder {

using EncodedRecord = std::vector<std::byte>;

inline EncodedRecord encodeRecord(trace::BatchBuilder& builder, const trace::Record& record) {
  builder.add(record);
  return builder.seal();
}

// `view` must live as long as what `record` points to is used.
inline void decodeRecord(const EncodedRecord& encoded, trace::BatchView& view,
                         trace::Record& record) {
  view = trace::BatchView::open(encoded.data(), encoded.size());
  view.decode(0, record);
}

}  // namespace exectrail::recorder
