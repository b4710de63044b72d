// A Sigma rule -> a recipe.
#pragma once

#include <optional>

#include "analyzer/compiler/yaml_tree.h"
#include "analyzer/rules/rule_set.h"

namespace exectrail::analyzer::sigma {

bool looksLikeRule(const YamlNode& document);

// Nothing if `report` refuses it. Fills the report's title and line.
std::optional<Recipe> compileRule(const YamlNode& document, RuleReport& report);

}  // namespace exectrail::analyzer::sigma
