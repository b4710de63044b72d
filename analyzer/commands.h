// What exectrail-analyze does, one function per word. Each returns the exit status.
#pragma once

#include <memory>

#include "analyzer/compiler/program.h"
#include "analyzer/options.h"

namespace exectrail::analyzer {

int analyze(const AnalyzeOptions& options);
int recipes(const RecipesOptions& options);

// The recipes asked for, compiled; null after saying on standard error what is wrong with them.
// Throws EnvironmentError if the shipped ones are not there.
std::unique_ptr<const Program> loadProgram(const RecipeOptions& options);

}  // namespace exectrail::analyzer
