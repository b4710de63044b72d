// Files -> models -> program. Lists first: recipes of any file may use lists of any other.
#include <algorithm>
#include <map>

#include "analyzer/compiler/macros.h"
#include "analyzer/compiler/recipe_compiler.h"

namespace exectrail::analyzer {
namespace {

void reportDuplicate(Diagnostics& diagnostics, const Text& second, const SourcePosition& first,
                     std::string_view what) {
  diagnostics.error(DiagnosticCode::kDuplicateName, second.position,
                    std::string(what) + " '" + second.text + "' is defined twice",
                    "the other definition is " + first.file + ":" + std::to_string(first.line));
}

Lists compileLists(const std::vector<ListModel>& models, Diagnostics& diagnostics) {
  Lists lists;
  std::map<std::string_view, const SourcePosition*> defined;
  for (const ListModel& model : models) {
    const auto [first, added] = defined.emplace(model.name.text, &model.name.position);
    if (!added) {
      reportDuplicate(diagnostics, model.name, *first->second, "list");
      continue;
    }
    auto set = std::make_shared<TextSet>();
    for (const Text& entry : model.entries) {
      if (entry.text.starts_with('/')) {
        if (const auto bad = problemOfPathGlob(entry.text)) {
          diagnostics.error(DiagnosticCode::kBadPath, entry.position, bad->message, bad->help);
        }
      }
      std::string problem;
      if (auto glob = Glob::compile(entry.text, problem)) {
        set->add(std::move(*glob));
      } else {
        diagnostics.error(DiagnosticCode::kBadPath, entry.position,
                          "bad pattern '" + entry.text + "': " + problem);
      }
    }
    lists.emplace(model.name.text, std::move(set));
  }
  return lists;
}

void checkGuidance(const RecipeModels& models, Diagnostics& diagnostics) {
  std::vector<std::string> names;
  for (const RecipeModel& model : models.recipes) names.push_back(model.name.text);
  for (const GuidanceDocument& document : models.guidance) {
    const std::string& name = document.recipe.text;
    if (name.empty() || std::ranges::count(names, name) > 0) continue;
    diagnostics.error(DiagnosticCode::kNoSuchThing, document.recipe.position,
                      "there is no recipe '" + name + "'" + didYouMean(name, names));
  }
}

RecipeModels readAll(const std::vector<RecipeSource>& sources, Diagnostics& diagnostics) {
  RecipeModels models;
  for (const RecipeSource& source : sources) {
    diagnostics.addSource(source.path, source.text);
    readRecipeFile(source.path, source.text, models, diagnostics);
  }
  applyOverrides(models, diagnostics);
  return models;
}

}  // namespace

std::unique_ptr<const Program> compile(const std::vector<RecipeSource>& sources,
                                       Diagnostics& diagnostics) {
  const RecipeModels models = readAll(sources, diagnostics);
  checkGuidance(models, diagnostics);
  const Lists lists = compileLists(models.lists, diagnostics);
  MacroTable macros(models.macros, lists, diagnostics);
  macros.compileAll();
  std::vector<Recipe> recipes;
  std::map<std::string_view, const SourcePosition*> defined;
  for (const RecipeModel& model : models.recipes) {
    const auto [first, added] = defined.emplace(model.name.text, &model.name.position);
    if (!added && !model.name.text.empty()) {
      reportDuplicate(diagnostics, model.name, *first->second, "recipe");
    }
    recipes.push_back(RecipeCompiler(lists, macros, models, diagnostics).compile(model));
  }
  if (!diagnostics.empty()) return nullptr;
  std::ranges::sort(recipes, {}, [](const Recipe& recipe) { return recipe.info->name; });
  return std::make_unique<const Program>(std::move(recipes), inputsSha256(sources));
}

std::unique_ptr<const Program> Program::withRecipes(std::vector<Recipe> more) const {
  more.insert(more.end(), recipes_.begin(), recipes_.end());
  std::ranges::sort(more, {}, [](const Recipe& recipe) { return recipe.info->name; });
  return std::make_unique<const Program>(std::move(more), inputsSha256_, workloads_);
}

std::unique_ptr<const Program> Program::withWorkloads(
    std::shared_ptr<const Workloads> workloads) const {
  return std::make_unique<const Program>(recipes_, inputsSha256_, std::move(workloads));
}

std::optional<Condition> compileCondition(const std::vector<RecipeSource>& sources,
                                          const std::string& text, Diagnostics& diagnostics) {
  const RecipeModels models = readAll(sources, diagnostics);
  const Lists lists = compileLists(models.lists, diagnostics);
  MacroTable macros(models.macros, lists, diagnostics);
  diagnostics.addSource("--where", text);
  const ExpressionErrors errors = [&](DiagnosticCode code, std::size_t offset, std::string message,
                                      std::string help) {
    diagnostics.error(code, {"--where", 1, static_cast<std::uint32_t>(offset + 1)},
                      std::move(message), std::move(help));
  };
  const auto parsed = parseExpression(text, errors);
  if (!parsed) return std::nullopt;
  const std::vector<std::string> noClasses;
  auto condition = bindExpression(*parsed, text, {lists, noClasses, &macros}, errors);
  if (!diagnostics.empty()) return std::nullopt;
  return condition;
}

}  // namespace exectrail::analyzer
