// Which scenarios of a corpus are wanted, beside their paths: by technique, by recipe, by tag.
#pragma once

#include <string>
#include <vector>

#include "analyzer/compiler/program.h"
#include "replay/scenario/corpus.h"

namespace exectrail::replay {

// Of each kind that is given, one must fit; empty kinds select everything.
struct Filter {
  std::vector<std::string> techniques;  // "T1204" also selects T1204.002
  std::vector<std::string> recipes;     // named under fire, silent, inconclusive or misses
  std::vector<std::string> tags;

  bool everything() const { return techniques.empty() && recipes.empty() && tags.empty(); }
};

bool selects(const Filter& filter, const Scenario& scenario);

// What a word of the filter would select nothing by, one sentence with the closest that would;
// empty: each selects something.
std::string whatSelectsNothing(const Filter& filter, const Corpus& corpus,
                               const analyzer::Program& program);

}  // namespace exectrail::replay
