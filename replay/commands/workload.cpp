#include "replay/commands/workload.h"

#include <algorithm>
#include <ostream>

#include "analyzer/compiler/diagnostics.h"
#include "analyzer/compiler/recipe_files.h"
#include "analyzer/rules/rule_set.h"
#include "replay/scenario/scenario_parser.h"

namespace exectrail::replay {
namespace {

std::vector<std::string> namesIn(const analyzer::Program& program) {
  std::vector<std::string> names;
  for (const analyzer::Recipe& recipe : program.recipes()) names.push_back(recipe.info->name);
  return names;
}

// Of every scenario, what it expects of `absent` recipes.
void forget(Corpus& corpus, const std::vector<std::string>& absent, std::ostream& errors) {
  const auto gone = [&](const Named& recipe) {
    return std::ranges::count(absent, recipe.name) > 0;
  };
  std::size_t expectations = 0;
  std::size_t scenarios = 0;
  for (auto& each : corpus) {
    auto kept = std::make_unique<Scenario>(*each);
    const std::size_t erased =
        std::erase_if(kept->fire, [&](const Expectation& one) { return gone(one.recipe); }) +
        std::erase_if(kept->silent.recipes, gone) + std::erase_if(kept->inconclusive, gone) +
        std::erase_if(kept->misses,
                      [&](const Miss& one) { return !one.foreign && gone(one.name); });
    if (erased == 0) continue;
    expectations += erased;
    ++scenarios;
    each = std::move(kept);
  }
  if (expectations == 0) return;
  errors << "exectrail-replay: " << expectations << " expectations of " << scenarios
         << " scenarios are about shipped recipes, which --no-builtin leaves out: not asked\n";
}

}  // namespace

std::shared_ptr<const analyzer::Program> loadProgram(const RecipeOptions& options,
                                                     std::ostream& errors) {
  std::vector<std::string> paths;
  if (!options.noBuiltin) paths.push_back(analyzer::builtinRecipesFolder());
  paths.insert(paths.end(), options.paths.begin(), options.paths.end());
  analyzer::Diagnostics diagnostics;
  std::shared_ptr<const analyzer::Program> program =
      analyzer::compile(analyzer::loadRecipes(paths), diagnostics);
  errors << diagnostics.format();
  if (!program || options.rules.empty()) return program;
  analyzer::RuleSet rules = analyzer::compileRules(analyzer::loadRuleFiles(options.rules));
  if (rules.count(analyzer::RuleStatus::kLoaded) != rules.reports.size()) {
    errors << "exectrail-replay: " << analyzer::ruleTotals(rules)
           << "; exectrail rules check says which and why\n";
  }
  if (rules.recipes.empty()) {
    errors << "exectrail-replay: none of these rules can be used\n";
    return nullptr;
  }
  return program->withRecipes(std::move(rules.recipes))->withInput("rules", rules.sha256);
}

std::vector<Case> Workload::cases() const {
  std::vector<Case> all;
  for (const auto& scenario : corpus) {
    for (const Case& each : casesOf(*scenario)) all.push_back(each);
  }
  return all;
}

bool loadWorkload(const std::vector<std::string>& paths, const RecipeOptions& recipes,
                  Workload& workload, std::ostream& errors, LeftOut leftOut) {
  analyzer::Diagnostics diagnostics;
  workload.corpus = loadCorpus(paths, diagnostics);
  workload.program = loadProgram(recipes, errors);
  if (workload.program) {
    const std::vector<std::string> names = namesIn(*workload.program);
    if (recipes.noBuiltin && leftOut == LeftOut::kNotAsked) {
      if (const auto shipped = loadProgram({}, errors)) {
        std::vector<std::string> absent = namesIn(*shipped);
        std::erase_if(absent,
                      [&](const auto& name) { return std::ranges::count(names, name) > 0; });
        forget(workload.corpus, absent, errors);
      }
    }
    for (const auto& scenario : workload.corpus) checkRecipes(*scenario, names, diagnostics);
  }
  errors << formatErrors(diagnostics);
  return workload.program && diagnostics.empty();
}

bool hasRecipes(const analyzer::Program& program, const std::vector<std::string>& names,
                std::ostream& errors) {
  std::vector<std::string> known;
  for (const analyzer::Recipe& each : program.recipes()) known.push_back(each.info->name);
  for (const std::string& name : names) {
    if (std::ranges::count(known, name) > 0) continue;
    errors << "exectrail-replay: there is no recipe '" << name << "'"
           << analyzer::didYouMean(name, known) << "\n";
    return false;
  }
  return true;
}

}  // namespace exectrail::replay
