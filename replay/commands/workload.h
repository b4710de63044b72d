// What a command works on: scenarios and the compiled recipes that judge them.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

#include "analyzer/compiler/program.h"
#include "replay/commands/commands.h"
#include "replay/scenario/corpus.h"

namespace exectrail::replay {

struct Workload {
  Corpus corpus;
  std::shared_ptr<const analyzer::Program> program;

  std::vector<Case> cases() const;
};

// Null if the recipes do not compile; `errors` then has why. Throws EnvironmentError.
std::shared_ptr<const analyzer::Program> loadProgram(const RecipeOptions& options,
                                                     std::ostream& errors);

// What becomes of an expectation about a shipped recipe that --no-builtin leaves out: a mistake, or
// not asked, with their number in `errors`.
enum class LeftOut : std::uint8_t { kMistake, kNotAsked };

// Loads scenarios and recipes and checks the ones against the others. False if anything is wrong
// with their text; `errors` then has all of it. Throws EnvironmentError.
bool loadWorkload(const std::vector<std::string>& paths, const RecipeOptions& recipes,
                  Workload& workload, std::ostream& errors, LeftOut leftOut = LeftOut::kMistake);

// False, after a message, if one of `names` is no recipe of the program.
bool hasRecipes(const analyzer::Program& program, const std::vector<std::string>& names,
                std::ostream& errors);

}  // namespace exectrail::replay
