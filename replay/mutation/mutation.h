// Does anything notice when a recipe changes? A mutant is killed by the corpus if some verdict no
// longer passes, or by a generated trace (generated.h) of which it says something else. Survivors
// show what nothing tests; they come with a reason.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "analyzer/compiler/program.h"
#include "replay/scenario/scenario.h"

namespace exectrail::replay {

struct Score {
  std::uint64_t byGenerated = 0;
  std::uint64_t byCorpus =
      0;  // and by no generated trace: those are asked first, as they are small
  std::uint64_t of = 0;

  std::uint64_t killed() const { return byCorpus + byGenerated; }
};

struct Survivor {
  std::string change;
  std::string reason;
};

struct RecipeScore {
  Score clauses;  // clauses, numbers, severities
  Score entries;  // of lists and classes
  std::vector<Survivor> survivors;
  std::vector<Survivor> survivingEntries;
  std::size_t generated = 0;  // traces
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
  bool corpus = true;     // replay it
  bool generated = true;  // make traces up as well
  std::string keep;       // write those to this folder; empty: nowhere
  unsigned jobs = 1;
};

MutationReport mutate(const analyzer::Program& program, const std::vector<Case>& cases,
                      const MutationOptions& options);

}  // namespace exectrail::replay
