// What a FILE argument means: a path, or - for standard input.
#pragma once

#include <memory>
#include <string>

#include "trace/container/byte_source.h"
#include "trace/reader.h"

namespace exectrail::trace {

// Both throw EnvironmentError.
std::unique_ptr<Reader> openArgument(const std::string& path);
std::unique_ptr<ByteSource> openBytes(const std::string& path);

// After reading to the end: says on standard error what is wrong with the trace, if anything is,
// and returns the exit status.
int closing(const Reader& reader, const std::string& path);

}  // namespace exectrail::trace
