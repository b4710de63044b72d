// Recipe files as their authors wrote them: the symbolic form, in which every text knows its place.
// program.h has the compiled one.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/compiler/yaml_tree.h"

namespace exectrail::analyzer {

// A scalar of the file; `text` is its value, `position` where it stands.
using Text = YamlNode;

struct ListModel {
  Text name;
  std::vector<Text> entries;
};

struct JudgeModel {
  std::vector<Text> results;
  std::optional<Text> typedPathOnly;
};

struct ClassModel {
  Text name;
  Text severity;
  std::vector<Text> under;
  std::vector<Text> glob;
  std::vector<Text> except;
};

struct ModifierModel {
  Text name;
  Text expression;
  int step = 0;  // +1 raises, -1 lowers
};

struct ExemptionModel {
  Text name;
  std::vector<Text> paths;
  Text parent;
  Text why;
  std::optional<Text> owner;
  std::optional<Text> until;
};

struct RecipeModel {
  std::string_view fileText;  // of the file it comes from, for positions inside expressions
  Text name;
  Text version;
  Text title;
  std::optional<Text> description;
  std::vector<Text> attack;
  std::vector<Text> compliance;
  std::vector<Text> references;
  JudgeModel judge;
  std::vector<ClassModel> classes;
  std::vector<ModifierModel> modifiers;
  std::vector<ExemptionModel> exemptions;
};

struct RecipeModels {
  std::vector<RecipeModel> recipes;
  std::vector<ListModel> lists;
};

// Reads the documents of one file into `models`. `fileText` must outlive them.
void readRecipeFile(const std::string& file, std::string_view fileText, RecipeModels& models,
                    Diagnostics& diagnostics);

}  // namespace exectrail::analyzer
