// Falco's conditions -> conditions about an execution.
//   or := and { "or" and }    and := not { "and" not }    not := "not" not | primary
//   primary := "(" or ")" | MACRO | FIELD "exists" | FIELD OPERATOR VALUE | FIELD OPERATOR "("
//   VALUES ")"
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "analyzer/compiler/condition.h"
#include "analyzer/rules/rule_set.h"

namespace exectrail::analyzer::falco {

struct Vocabulary {
  const std::map<std::string, std::vector<std::string>>& lists;
  std::map<std::string, std::string> macros;
};

struct ConditionResult {
  std::optional<Condition> condition;  // nothing: `report` was told why
  bool undecidable = false;            // a part asks what executions say nothing about
};

ConditionResult parseCondition(const std::string& text, const Vocabulary& vocabulary,
                               std::uint32_t line, RuleReport& report);

}  // namespace exectrail::analyzer::falco
