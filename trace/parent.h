// What a trace says about one that it was made from: which it was, and whether it was whole.
#pragma once

#include <string>

#include "trace/metadata.h"

namespace exectrail::trace {

// Reads all of the trace at `path`, checking its chain. `problem` is what is wrong with it, empty
// if nothing. Throws EnvironmentError if it is not a trace.
Parent readParent(const std::string& path, std::string& problem);

}  // namespace exectrail::trace
