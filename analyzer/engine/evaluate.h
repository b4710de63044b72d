// Is a condition true of what is judged? Three answers, and the values they rest on.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "analyzer/compiler/condition.h"
#include "analyzer/engine/judged.h"
#include "analyzer/engine/tri.h"

namespace exectrail::analyzer {

struct Findings {
  std::vector<std::string> because;  // if true: the values that made it so
  std::vector<std::string> missing;  // if unknown: what would have to be known
};

// `className` is the class of the file that decides.
Tri evaluate(const Condition& condition, const Judged& judged, std::string_view className,
             Findings& findings);

// The answer alone, which needs no memory.
Tri evaluate(const Condition& condition, const Judged& judged, std::string_view className);

}  // namespace exectrail::analyzer
