// What recipes made of rules have in common: their name, results, suppression, and who wrote them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "analyzer/rules/rule_set.h"

namespace exectrail::analyzer {

struct RuleInfo {
  std::string name;  // behind "RULESET/"; empty: made from the title
  std::string title;
  std::string description;
  std::string version;
  std::vector<std::string> references;
  std::vector<std::string> attack;
  RuleOrigin origin;
};

// About what ran, named "RULESET/slug-of-its-title", with ten alerts of the same kind in ten
// minutes before they become one with their number.
Recipe recipeOf(RuleInfo info, Severity severity, Condition when, const RuleReport& report);

// Small letters and digits, with single dashes for everything else: "Suspicious Nohup" ->
// "suspicious-nohup".
std::string slugOf(std::string_view title);

}  // namespace exectrail::analyzer
