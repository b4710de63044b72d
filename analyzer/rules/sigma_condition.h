// The `condition` of a Sigma rule: which of the rule's named selections must match.
//   or     := and { "or" and }          and := not { "and" not }
//   not    := { "not" } primary
//   primary:= "(" or ")" | NAME | ("1" | "any" | "all") "of" (PATTERN | "them")
// `them` is every selection whose name does not begin with an underscore; in a PATTERN, `*` stands
// for anything. Words are the same in small and large letters, names are not.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/compiler/condition.h"

namespace exectrail::analyzer::sigma {

// What a selection asks; called once for each time it is named.
using Selection = std::function<Condition(const std::string&)>;

struct ConditionResult {
  std::optional<Condition> condition;
  std::string problem;                 // if there is none
  std::vector<std::string> unmatched;  // patterns that no selection's name fits
};

ConditionResult parseCondition(std::string_view text, const std::vector<std::string>& names,
                               const Selection& selection);

}  // namespace exectrail::analyzer::sigma
