// Why a recipe says what it says about one execution: its conditions as a tree, each with its
// answer, the value it asked for, and where that came from. For people, and for no verdict.
#pragma once

#include <string>

#include "analyzer/compiler/program.h"
#include "analyzer/engine/judged.h"

namespace exectrail::analyzer {

// One line for each condition, indented by depth, ending with a newline. Nothing in it can control
// a terminal.
std::string explainCondition(const Condition& condition, const Judged& judged,
                             std::string_view className, int depth);

// The whole recipe: trigger, conditions, exemptions, and the verdict.
std::string explainRecipe(const Recipe& recipe, const Judged& judged, std::int64_t realtimeNs);

}  // namespace exectrail::analyzer
