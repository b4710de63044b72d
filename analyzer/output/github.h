// An alert as a workflow command of GitHub Actions, which a run shows as an annotation: ::error for
// critical and high, ::warning for medium, ::notice below.
#pragma once

#include <string>

#include "analyzer/engine/alert.h"
#include "trace/metadata.h"

namespace exectrail::analyzer {

// With a newline. No byte of a process can end the command or begin another.
std::string toGithubLine(const Alert& alert, const trace::Header& header);

}  // namespace exectrail::analyzer
