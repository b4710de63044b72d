// The image of an exec as it lies in a batch -> values. Most of reading a trace is this, so it does
// without Cap'n Proto's readers; notes, which are rare, and images of another shape are left to
// them.
#pragma once

#include "trace/image_decoder.h"
#include "trace/raw_message.h"

namespace exectrail::trace {

enum class RawResult { kOther, kDone, kHasNotes };

// Reads what the pointer at `at` leads to. kOther: it is of another shape, nothing has been read.
RawResult decodeRawExec(RawMessage& message, const std::byte* at, const PartDecoder& decoder,
                        Exec& out);

}  // namespace exectrail::trace
