// Compiled recipes: what the engine runs. Made once by compile(), then never changed.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "analyzer/compiler/diagnostics.h"

namespace exectrail::analyzer {

// What a recipe says about itself; alerts refer to it.
struct RecipeInfo {
  std::string name;
  std::string version;
  std::string title;
  std::string description;
  std::vector<std::string> attack;      // "TA0005/T1564"
  std::vector<std::string> compliance;
  std::vector<std::string> references;
};

struct RecipeSource {
  std::string path;  // for messages
  std::string text;
};

class Program;

// All errors are collected in `diagnostics`; null if there was any.
std::unique_ptr<const Program> compile(const std::vector<RecipeSource>& sources,
                                       Diagnostics& diagnostics);

}  // namespace exectrail::analyzer
