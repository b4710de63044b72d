// Falco's conditions -> conditions about an execution.
//   or := and { "or" and }    and := not { "and" not }    not := "not" not | primary
//   primary := "(" or ")" | MACRO | LEFT "exists" | LEFT OPERATOR RIGHT | LEFT OPERATOR "(" VALUES
//   ")" LEFT := FIELD | TRANSFORMER "(" FIELD ")"    RIGHT := VALUE | "val(" FIELD ")"
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "analyzer/compiler/condition.h"
#include "analyzer/compiler/workloads.h"
#include "analyzer/rules/rule_set.h"

namespace exectrail::analyzer::falco {

struct Vocabulary {
  const std::map<std::string, std::vector<std::string>>& lists;
  std::map<std::string, std::string> macros;
  const Workloads* workloads = nullptr;  // null: nobody knows what containers are
};

struct ConditionResult {
  std::optional<Condition> condition;  // nothing: `report` was told why
  bool undecidable = false;            // a part asks what executions say nothing about
  std::set<std::string> events;        // that it asks for and that are no executions
};

ConditionResult parseCondition(const std::string& text, const Vocabulary& vocabulary,
                               std::uint32_t line, RuleReport& report);

}  // namespace exectrail::analyzer::falco
