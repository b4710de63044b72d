// Posture and what-if as people read them, and as lines of JSON in ECS shape with event.kind state.
#pragma once

#include <string>

#include "analyzer/posture/posture.h"
#include "analyzer/posture/what_if.h"
#include "trace/metadata.h"

namespace exectrail::analyzer {

// A few lines, for the account at the end.
std::string toText(const PostureReport& report);

// A line for each control.
std::string toJsonLines(const PostureReport& report, const trace::Header& header);

// The whole answer. `gaps`: of the traces; what ran in them was not counted.
std::string toText(const WhatIf& whatIf, std::uint64_t gaps);

// A line for each executable, and one for the whole.
std::string toJsonLines(const WhatIf& whatIf, std::uint64_t gaps);

}  // namespace exectrail::analyzer
