// A Sigma rule -> a recipe.
#pragma once

#include <optional>

#include "analyzer/compiler/yaml_tree.h"
#include "analyzer/rules/rule_set.h"
#include "analyzer/rules/sigma_fields.h"

namespace exectrail::analyzer::sigma {

bool looksLikeRule(const YamlNode& document);

struct Compiled {
  Recipe recipe;
  LogSource source = LogSource::kProcessCreation;
  std::string name;  // by which correlations refer to it; may be empty
};

// Nothing if `report` refuses it. Fills the report's title and line.
std::optional<Compiled> compileRule(const YamlNode& document, RuleReport& report);

// What a rule and a correlation have in common: title, line and status; false if refused.
bool describeRule(const YamlNode& document, RuleReport& report);
// Level, author, tags and the rest, with that condition.
Recipe ruleRecipe(const YamlNode& document, Condition when, RuleReport& report);

}  // namespace exectrail::analyzer::sigma
