// A trace as text, one record a line, aligned and safe for any terminal: for reading, and so that a
// change of a binary trace can be reviewed.
#pragma once

#include <iosfwd>

#include "trace/reader.h"

namespace exectrail::trace {

// Reads `reader` to its end. Times are seconds since the recording started. The same trace gives
// the same text.
void dumpText(Reader& reader, std::ostream& out);

}  // namespace exectrail::trace
