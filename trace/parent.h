// What a trace says about one that it was made from: which it was, and whether it was whole.
#pragma once

#include <cstdint>
#include <string>

#include "trace/metadata.h"
#include "trace/reader.h"

namespace exectrail::trace {

struct CheckedParent {
  Parent parent;
  std::uint64_t batches = ~std::uint64_t{0};  // intact ones: what may be taken from it
  std::string problem;                        // what is wrong with it, one sentence; empty: nothing
};

// Reads all of the trace at `path`, a regular file, checking its chain. Throws EnvironmentError if
// it is not a trace or cannot be read twice.
CheckedParent checkParent(const std::string& path);

// The next record of what was found intact, though the file has grown since, or is altered behind
// it.
bool nextIntact(Reader& reader, const CheckedParent& parent, Record& record);

}  // namespace exectrail::trace
