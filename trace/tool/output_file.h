// What an OUT argument means: a new file, or - for standard output.
#pragma once

#include <string>

#include "trace/file_descriptor.h"

namespace exectrail::trace {

// Throws EnvironmentError. A file that is there already is never overwritten: it may be evidence.
FileDescriptor openNew(const std::string& path);

}  // namespace exectrail::trace
