// One recipe model -> one compiled Recipe: checks values, builds the classifier, binds expressions.
#pragma once

#include "analyzer/compiler/binder.h"
#include "analyzer/compiler/program.h"
#include "analyzer/compiler/recipe_model.h"

namespace exectrail::analyzer {

class RecipeCompiler {
 public:
  RecipeCompiler(const Lists& lists, Diagnostics& diagnostics)
      : lists_(lists), diagnostics_(diagnostics) {}

  // Meaningless if anything was reported.
  Recipe compile(const RecipeModel& model);

 private:
  std::shared_ptr<const RecipeInfo> compileInfo(const RecipeModel& model);
  void compileJudge(const JudgeModel& judge, Recipe& recipe);
  void compileClass(const ClassModel& model, Recipe& recipe);
  void compileExemption(const RecipeModel& recipeModel, const ExemptionModel& model,
                        const Scope& scope, Recipe& recipe);
  std::optional<Condition> compileExpression(const Text& expression, std::string_view fileText,
                                             const Scope& scope);
  std::optional<Glob> compileGlob(const Text& pattern);
  void error(DiagnosticCode code, const Text& at, std::string message, std::string help = {});

  const Lists& lists_;
  Diagnostics& diagnostics_;
};

}  // namespace exectrail::analyzer
