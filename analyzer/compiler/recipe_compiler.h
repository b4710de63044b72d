// One recipe model -> one compiled Recipe: checks values, builds the classifier, binds expressions.
#pragma once

#include "analyzer/compiler/binder.h"
#include "analyzer/compiler/macros.h"
#include "analyzer/compiler/program.h"
#include "analyzer/compiler/recipe_model.h"

namespace exectrail::analyzer {

class RecipeCompiler {
 public:
  RecipeCompiler(const Lists& lists, MacroTable& macros, const RecipeModels& models,
                 Diagnostics& diagnostics)
      : lists_(lists), macros_(macros), models_(models), diagnostics_(diagnostics) {}

  // Meaningless if anything was reported.
  Recipe compile(const RecipeModel& model);

 private:
  std::shared_ptr<const RecipeInfo> compileInfo(const RecipeModel& model);
  void compileGuidance(const RecipeModel& model, RecipeInfo& info);
  void compileSeverity(const RecipeModel& model, Recipe& recipe);
  const std::vector<ClassModel>& classesOf(const RecipeModel& model);
  void compileJudge(const JudgeModel& judge, Recipe& recipe);
  void compileClass(const ClassModel& model, Recipe& recipe);
  void compileExemption(const ExemptionModel& model, const Scope& scope, Recipe& recipe);
  std::optional<Condition> compileExpression(const Text& expression, std::string_view fileText,
                                             const Scope& scope);
  std::optional<Glob> compileGlob(const Text& pattern);

  // What needs memory: rule_compiler.cpp.
  void compileRules(const RecipeModel& model, const Scope& scope, Recipe& recipe);
  void compileSequence(const RecipeModel& model, const Scope& scope, Recipe& recipe);
  std::vector<KeyField> compileKey(const std::vector<Text>& fields);
  std::optional<KeyField> compileKeyField(const Text& field);
  std::uint64_t compileDuration(const Text& text);
  std::uint32_t compileNumber(const Text& text, std::uint32_t least, std::uint32_t most);

  void error(DiagnosticCode code, const Text& at, std::string message, std::string help = {});

  const Lists& lists_;
  MacroTable& macros_;
  const RecipeModels& models_;
  Diagnostics& diagnostics_;
};

}  // namespace exectrail::analyzer
