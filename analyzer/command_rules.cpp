// exectrail rules check, and loading rules for all words.
#include <iostream>

#include "analyzer/commands.h"
#include "analyzer/rules/rule_set.h"
#include "trace/errors.h"

namespace exectrail::analyzer {

std::unique_ptr<const Program> withRules(const Program& program,
                                         const std::vector<std::string>& paths) {
  RuleSet rules;
  try {
    rules = compileRules(loadRuleFiles(paths));
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
  return program.withRecipes(std::move(rules.recipes))->withInput("rules", rules.sha256);
}

int checkRules(const RulesOptions& options) {
  RuleSet rules;
  try {
    rules = compileRules(loadRuleFiles(options.paths));
  } catch (const EnvironmentError& error) {
    std::cerr << "exectrail: " << error.what() << '\n';
    return kExitUsage;
  }
  std::cout << ruleTable(rules);
  flushStandardOutput();
  const bool clean = rules.count(RuleStatus::kLoaded) == rules.reports.size();
  return options.strict && !clean ? kExitFound : kExitDone;
}

}  // namespace exectrail::analyzer
