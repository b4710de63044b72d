// What the command lines of all words share: parsing with CLI11, a configuration file, and one way
// to say what is wrong.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "analyzer/options.h"

namespace exectrail::analyzer {

// --recipes, --rules, --workloads, --kubearmor-globs and --no-builtin.
void addRecipes(CLI::App& app, RecipeOptions& recipes);

// Says `why` and what to do; the exit status of a usage error.
int refuse(const CLI::App& app, const std::string& why);

// The exit status if parsing ends the program. What must be there is asked for afterwards, so that
// a wrong option is what an author hears about first.
std::optional<int> parse(CLI::App& app, int argc, const char* const* argv);

// As parse(), with options from a file (--config).
std::optional<int> parseConfigured(CLI::App& app, int argc, const char* const* argv);

}  // namespace exectrail::analyzer
