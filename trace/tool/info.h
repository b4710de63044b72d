// One screen about a trace.
#pragma once

#include <iosfwd>
#include <string>

#include "trace/reader.h"

namespace exectrail::trace {

// Reads `reader` to its end. `path` is for the next command.
void printInfo(Reader& reader, const std::string& path, std::ostream& out);

std::string formatUtc(std::int64_t realtimeNs);  // 2026-03-04 05:06:07.123Z

}  // namespace exectrail::trace
