// exectrail rules check | convert, and loading rules for all words.
#include <iostream>

#include "analyzer/answer.h"
#include "analyzer/commands.h"
#include "analyzer/rules/hardening.h"
#include "analyzer/rules/rule_set.h"
#include "analyzer/rules/rule_text.h"
#include "trace/errors.h"
#include "trace/escape.h"

namespace exectrail::analyzer {

namespace {

// Whether there are none.
bool tellRefused(const RuleSet& rules) {
  bool none = true;
  for (const RuleReport& report : rules.reports) {
    if (!report.refused()) continue;
    none = false;
    std::cerr << "exectrail: " << trace::escapeForTerminal(report.file) << ':' << report.line
              << ": refused; exectrail rules check says why\n";
  }
  return none;
}

// What would enforce policies to standard output, what cannot be said so to standard error.
int harden(const RuleSet& rules, HardeningTarget target) {
  bool all = tellRefused(rules);
  for (const RuleReport& report : rules.reports) {
    if (report.refused()) continue;
    const std::string place = "exectrail: " + trace::escapeForTerminal(report.file) + ":" +
                              std::to_string(report.line) + ": ";
    if (report.ruleset != "kubearmor") {
      all = false;
      std::cerr << place << "a rule of " << report.ruleset << " refuses nothing\n";
    } else if (report.status == RuleStatus::kWarning) {
      std::cerr << place << "warning: not all of it is used; exectrail rules check says what\n";
    }
  }
  const Hardening hardening = hardeningOf(rules.entries, target);
  for (const std::string& each : hardening.wider) {
    std::cerr << "exectrail: " << each << " (warning)\n";
  }
  for (const std::string& each : hardening.left) {
    std::cerr << "exectrail: " << each << ": left out\n";
  }
  std::cout << hardening.text;
  flushAnswer();
  return all && hardening.left.empty() ? kExitDone : kExitFound;
}

// Recipes to standard output, what cannot be one to standard error.
int convert(const RuleSet& rules) {
  bool all = tellRefused(rules);
  bool first = true;
  for (const Recipe& recipe : rules.recipes) {
    std::string problem;
    auto text = recipeText(recipe, problem);
    if (text) {
      Diagnostics diagnostics;
      if (!compile({{"converted", *text}}, diagnostics)) {
        problem = "the language of recipes refuses it: " + diagnostics.errors().front().message;
        text.reset();
      }
    }
    if (!text) {
      all = false;
      std::cerr << "exectrail: " << trace::escapeForTerminal(recipe.info->origin->source) << ": "
                << trace::escapeForTerminal(recipe.info->title) << ": " << problem << '\n';
      continue;
    }
    std::cout << (first ? "" : "---\n") << *text;
    first = false;
  }
  flushAnswer();
  return all ? kExitDone : kExitFound;
}

}  // namespace

bool loadWorkloads(const std::string& path, std::shared_ptr<const Workloads>& workloads,
                   std::string& content) {
  if (path.empty()) return true;
  std::string problem;
  try {
    content = readWhole(path);
    workloads = Workloads::parse(content, problem);
  } catch (const EnvironmentError& error) {
    problem = error.what();
  }
  if (!workloads) {
    std::cerr << "exectrail: " << (problem.find(path) == std::string::npos ? path + ": " : "")
              << trace::escapeForTerminal(problem) << '\n';
  }
  return workloads != nullptr;
}

std::unique_ptr<const Program> withRules(const Program& program, const RecipeOptions& options,
                                         RulesInUse* inUse) {
  RuleSet rules;
  try {
    rules = compileRules(loadRuleFiles(options.rules), program.workloads().get(), options.globs);
  } catch (const EnvironmentError& error) {
    // Rules that were named and are not there are a mistake of the command line.
    std::cerr << "exectrail: " << error.what() << '\n';
    return nullptr;
  }
  if (rules.count(RuleStatus::kLoaded) != rules.reports.size()) {
    std::cerr << "exectrail: " << ruleTotals(rules)
              << "; exectrail rules check says which and why\n";
  }
  if (rules.recipes.empty()) {
    std::cerr << "exectrail: none of these rules can be used\n";
    return nullptr;
  }
  if (const auto worse = inUse == nullptr ? std::nullopt : inUse->replaceBy(rules)) {
    throw EnvironmentError(trace::escapeForTerminal(*worse));
  }
  auto result = program.withRecipes(std::move(rules.recipes))->withInput("rules", rules.sha256);
  if (options.globs == KubeArmorGlobs::kAppArmor) return result;
  return result->withInput("kubearmor-globs", "telemetry");
}

int checkRules(const RulesOptions& options) {
  RuleSet rules;
  std::shared_ptr<const Workloads> workloads;
  std::string content;
  if (!loadWorkloads(options.workloads, workloads, content)) return kExitUsage;
  try {
    rules = compileRules(loadRuleFiles(options.paths), workloads.get(), options.globs);
  } catch (const EnvironmentError& error) {
    std::cerr << "exectrail: " << error.what() << '\n';
    return kExitUsage;
  }
  if (options.to) return harden(rules, *options.to);
  if (options.word == RulesWord::kConvert) return convert(rules);
  std::cout << (options.json ? ruleLines(rules) : ruleTable(rules));
  flushAnswer();
  if (rules.unread()) return kExitEnvironment;
  const bool clean = rules.count(RuleStatus::kLoaded) == rules.reports.size();
  return options.strict && !clean ? kExitFound : kExitDone;
}

}  // namespace exectrail::analyzer
