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

struct MacroModel {
  std::string_view fileText;
  Text name;
  Text expression;
};

// What an alert means and what to do, in one context.
struct GuidanceModel {
  Text context;  // ci, staging, production
  std::vector<Text> implications;
  std::vector<Text> actions;
};

struct GuidanceDocument {
  Text recipe;
  std::vector<GuidanceModel> contexts;
};

struct JudgeModel {
  std::vector<Text> results;
  std::vector<Text> mappings;
  std::optional<Text> path;
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
  int step = 0;  // +1 raises, -1 lowers, 0 is a tag
};

struct ExemptionModel {
  std::string_view fileText;  // a site's exemption comes from another file than the recipe
  Text name;
  std::vector<Text> paths;
  Text parent;
  Text why;
  std::optional<Text> owner;
  std::optional<Text> until;
};

struct SuppressModel {
  std::vector<Text> key;
  Text first;
  Text window;
};

struct CountModel {
  Text position;  // of the whole
  Text atLeast;
  Text within;
  std::vector<Text> key;
  std::optional<Text> distinct;
};

struct StepModel {
  Text name;
  Text when;
  std::vector<Text> key;
};

struct SequenceModel {
  Text within;
  std::vector<StepModel> steps;
  std::vector<Text> key;  // of the exec that completes it
};

struct RecipeModel {
  std::string_view fileText;  // of the file it comes from, for positions inside expressions
  Text name;
  Text version;
  Text title;
  std::optional<Text> description;
  Text severity;
  std::optional<Text> enabled;
  std::vector<Text> attack;
  std::vector<Text> compliance;
  std::vector<Text> references;
  JudgeModel judge;
  std::optional<Text> when;
  std::optional<Text> classesOf;
  std::vector<ClassModel> classes;
  std::vector<ModifierModel> modifiers;
  std::vector<ExemptionModel> exemptions;
  std::optional<SuppressModel> suppress;
  std::optional<CountModel> count;
  std::optional<SequenceModel> sequence;
  std::vector<Text> firstSeen;
};

// What a site changes of a shared list or of a class, without editing it.
struct EditModel {
  Text name;
  std::optional<Text> severity;  // of a class
  std::vector<Text> add;         // directories of a class begin with '/' and hold no wildcard
  std::vector<Text> remove;
};

struct OverrideModel {
  Text recipe;
  std::optional<Text> severity;
  std::optional<Text> enabled;
  std::vector<EditModel> classes;
  std::vector<EditModel> lists;
  std::vector<ExemptionModel> exemptions;
  std::vector<Text> disable;  // "exempt.go-test"
};

struct RecipeModels {
  std::vector<RecipeModel> recipes;
  std::vector<ListModel> lists;
  std::vector<MacroModel> macros;
  std::vector<GuidanceDocument> guidance;
  std::vector<OverrideModel> overrides;
};

// Changes recipes and lists as the overrides say.
void applyOverrides(RecipeModels& models, Diagnostics& diagnostics);

// Reads the documents of one file into `models`. `fileText` must outlive them.
void readRecipeFile(const std::string& file, std::string_view fileText, RecipeModels& models,
                    Diagnostics& diagnostics);

}  // namespace exectrail::analyzer
