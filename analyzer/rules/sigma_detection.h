// The selections of a Sigma rule -> conditions about an execution.
#pragma once

#include "analyzer/compiler/condition.h"
#include "analyzer/compiler/yaml_tree.h"
#include "analyzer/rules/rule_set.h"
#include "analyzer/rules/sigma_fields.h"

namespace exectrail::analyzer::sigma {

struct Detection {
  Condition condition;
  // Parts that are never true because executions say nothing about what they ask; the reasons are
  // among the report's warnings.
  bool undecidable = false;
};

// The `detection` section of a rule. What cannot be used is refused in `report`, what can never be
// true is a warning.
Detection readDetection(const YamlNode& detection, LogSource source, RuleReport& report);

}  // namespace exectrail::analyzer::sigma
