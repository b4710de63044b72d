// A set of recipes by name: files and folders, the shipped ones, or a folder as a git revision had
// it. What `diff` compares two of.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "analyzer/compiler/program.h"

namespace exectrail::replay {

// `spec` is a path; `shipped`, the recipes of this program; or, if no file has that name,
// REVISION:FOLDER or REVISION:FILE as git show takes it. Throws EnvironmentError.
std::vector<analyzer::RecipeSource> recipeSet(const std::string& spec);

// Null if they do not compile; `diagnostics` then has why.
std::unique_ptr<const analyzer::Program> compileSets(const std::vector<std::string>& specs,
                                                     analyzer::Diagnostics& diagnostics);

// Output of git with these arguments. Throws EnvironmentError with what it said if it fails.
std::string runGit(const std::vector<std::string>& arguments);

}  // namespace exectrail::replay
