// The command line of exectrail-analyze, parsed and checked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analyzer/engine/severity.h"

namespace exectrail::analyzer {

enum class Format : std::uint8_t { kText, kJson };

struct RecipeOptions {
  std::vector<std::string> paths;  // --recipes, or what `recipes check` was given
  bool builtin = true;
};

struct AnalyzeOptions {
  std::vector<std::string> traces;  // "-" is standard input
  RecipeOptions recipes;
  Format format = Format::kText;
  Severity minSeverity = Severity::kLow;
  std::optional<Severity> failOn;
  bool allowInconclusive = false;
};

enum class RecipesWord : std::uint8_t { kCheck, kList };

struct RecipesOptions {
  RecipesWord word = RecipesWord::kCheck;
  RecipeOptions recipes;
};

// What was asked for, or the exit status if there is nothing left to do: help was printed, or an
// error was.
template <typename Options>
struct Parsed {
  Options options;
  std::optional<int> exitStatus;
};

Parsed<AnalyzeOptions> parseAnalyze(int argc, const char* const* argv);

// argv[1] is "recipes".
Parsed<RecipesOptions> parseRecipes(int argc, const char* const* argv);

}  // namespace exectrail::analyzer
