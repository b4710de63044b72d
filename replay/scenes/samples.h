// Texts that match a pattern: a few for each, so that each alternative of it is among them. They
// are proposals; whoever uses one asks the pattern itself.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "analyzer/compiler/condition.h"

namespace exectrail::replay {

// Of a regular expression as RE2 reads it.
std::vector<std::string> samplesOfRegex(std::string_view pattern);

// Of a path pattern, see analyzer/paths/glob.h.
std::vector<std::string> samplesOfGlob(std::string_view pattern);

// Of what a text is compared with, if `condition` does that.
std::vector<std::string> samplesOf(const analyzer::Condition& condition);

}  // namespace exectrail::replay
