// Does the corpus exercise each recipe: is there a scenario in which it fires, and a benign one in
// which it stays silent? A recipe without them is untested.
#pragma once

#include <string>
#include <vector>

#include "analyzer/compiler/program.h"
#include "replay/verdict/verdict.h"

namespace exectrail::replay {

struct NotExercised {
  std::string recipe;
  std::string why;
};

struct Exercise {
  std::vector<NotExercised> untested;    // each is a failure
  std::vector<NotExercised> notApplied;  // switched off, or in want of something; told, no failure
};

// Only verdicts that passed count. `results` are those of a whole corpus.
Exercise exerciseOf(const analyzer::Program& program, const std::vector<Result>& results);

// Whether `paths` name a whole corpus: some folder that holds attack/ and benign/.
bool nameWholeCorpus(const std::vector<std::string>& paths);

}  // namespace exectrail::replay
