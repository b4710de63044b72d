// Where recipe files come from.
#pragma once

#include <string>
#include <vector>

#include "analyzer/compiler/program.h"

namespace exectrail::analyzer {

// Reads recipe files. A folder stands for its *.yaml and *.yml files (not those of folders inside),
// in order of name. A file named twice is read once. Throws EnvironmentError for what cannot be
// read, and for a folder without recipe files.
std::vector<RecipeSource> loadRecipes(const std::vector<std::string>& paths);

// The folder of the recipes shipped with the running program: ../share/exectrail/recipes, seen from
// the program's own folder. Throws EnvironmentError if it is not there.
std::string builtinRecipesFolder();

}  // namespace exectrail::analyzer
