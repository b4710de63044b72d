// The part of the command line that is about following a folder of segments; `analyze` and `status`
// share it, and the services' configuration names the same options.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "analyzer/options.h"

namespace exectrail::analyzer {

void addStreaming(CLI::App& app, AnalyzeOptions& options);

// What does not go together; empty if all does. Also finds out whether a folder was named.
std::string streamingFault(AnalyzeOptions& options);

}  // namespace exectrail::analyzer
