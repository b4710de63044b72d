// What an execution has to be like for one part of a condition to decide: that part true, or false,
// and everything around it such that the whole is as the part is. (In tests of software: modified
// condition/decision coverage.)
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "analyzer/compiler/condition.h"

namespace exectrail::replay {

struct Goal {
  const analyzer::Condition* condition = nullptr;
  bool wanted = true;
  std::vector<Goal> element;           // not empty: some element, or image above, is like this
  std::vector<std::string> samples;    // proposals for the value
  std::optional<std::int64_t> number;  // the value, length or count to have
};
using Goals = std::vector<Goal>;

struct DecisiveCase {
  Goals goals;
  bool value = true;  // of the whole condition
  std::string about;  // the part, as its author wrote it, or the entry of its list
};

// Conditions that cases need beside those of the recipe.
using MadeConditions = std::deque<analyzer::Condition>;

std::vector<DecisiveCase> decisiveCases(const analyzer::Condition& condition, MadeConditions& made);

}  // namespace exectrail::replay
