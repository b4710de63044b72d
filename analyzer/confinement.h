// What an analysis may touch: said by its options, enforced by the sandbox.
#pragma once

#include <optional>

#include "analyzer/options.h"
#include "analyzer/sandbox/sandbox.h"

namespace exectrail::analyzer {

// For the rest of the program, before any thread begins and any trace is read; nothing if it was
// not wanted. Says what the kernel refuses if somebody is to follow a folder for long, and throws
// EnvironmentError if it must not.
std::optional<Sandbox> confine(const AnalyzeOptions& options);

}  // namespace exectrail::analyzer
