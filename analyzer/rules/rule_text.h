// A recipe made of a rule, as the text of a recipe file: for `rules convert`. Compiled again, it
// says the same of every execution.
#pragma once

#include <optional>
#include <string>

#include "analyzer/rules/rule_set.h"

namespace exectrail::analyzer {

// Nothing, and a sentence in `problem`, if the language of recipes cannot say it.
std::optional<std::string> recipeText(const Recipe& recipe, std::string& problem);

}  // namespace exectrail::analyzer
