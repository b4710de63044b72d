// One screen about a trace.
#pragma once

#include <iosfwd>
#include <string>

#include "trace/reader.h"

namespace exectrail::trace {

// Reads `reader` to its end. `path` is for the next command.
void printInfo(Reader& reader, const std::string& path, std::ostream& out);

}  // namespace exectrail::trace
