// A recipe with one thing changed: a clause, an entry of a list, a number, a severity. If no
// scenario notices, nothing in the corpus tests that thing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analyzer/compiler/program.h"

namespace exectrail::replay {

struct Mutant {
  analyzer::Recipe recipe;
  std::string change;                                    // "when: without `attempt`"
  bool entry = false;                                    // of a list or a class: one of many alike
  std::optional<std::string> equivalent = std::nullopt;  // why nothing can tell it from the recipe
};

// All of them, in the order of the recipe.
std::vector<Mutant> mutantsOf(const analyzer::Recipe& recipe);

}  // namespace exectrail::replay
