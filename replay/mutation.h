// Does the corpus notice when a recipe changes? Replays it with each mutant of each recipe; a
// mutant is killed if some verdict no longer passes. Survivors show what no scenario tests.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "analyzer/compiler/program.h"
#include "replay/scenario.h"

namespace exectrail::replay {

struct Score {
  std::uint64_t killed = 0;
  std::uint64_t of = 0;
};

struct RecipeScore {
  Score clauses;  // clauses, numbers, severities
  Score entries;  // of lists and classes
  std::vector<std::string> survivors;
  std::vector<std::string> survivingEntries;
};

struct MutationReport {
  std::map<std::string, RecipeScore> recipes;
  std::vector<std::string> unusable;  // recordings that do not pass as it is: they prove nothing

  Score clauses() const;
  Score entries() const;
};

struct MutationOptions {
  std::vector<std::string> recipes;  // only these; empty: all that are applied
  bool entries = true;
  unsigned jobs = 1;
};

MutationReport mutate(const analyzer::Program& program, const std::vector<Case>& cases,
                      const MutationOptions& options);

}  // namespace exectrail::replay
