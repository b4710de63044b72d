// Any text at all as a file of rules: each document is loaded or refused with a reason, and what is
// loaded has a condition whose text is one of the language.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "analyzer/rules/rule_set.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace exectrail::analyzer;
  const RuleSet rules =
      compileRules({{"fuzz.yml", std::string(reinterpret_cast<const char*>(data), size), {}}});
  // Lists and macros alone are no rules, and not reported.
  for (const RuleReport& report : rules.reports) {
    const bool silent = report.notes.empty();
    if (silent != (report.status == RuleStatus::kLoaded)) abort();
  }
  for (const Recipe& recipe : rules.recipes) {
    if (!recipe.when || recipe.when->text.empty() || !recipe.info->origin) abort();
  }
  if (ruleTable(rules).empty()) abort();
  return 0;
}
