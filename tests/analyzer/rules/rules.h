// Loads one rule and asks it about records.
#pragma once

#include <string>

#include "analyzer/rules/rule_set.h"
#include "tests/analyzer/analysis.h"

namespace exectrail::test {

analyzer::RuleSet load(const std::string& yaml);

// Status and notes of the only report: "warning 7: selection 'x' is not used".
std::string account(const analyzer::RuleSet& rules);

// A Sigma rule about process_creation with this `detection` section, indented by two.
std::string sigma(const std::string& detection);
// A KubeArmor policy with this `spec` section, indented by two.
std::string policy(const std::string& spec);

// The alerts of the rules in `yaml`; throws if one of them is refused.
std::vector<analyzer::Alert> alerts(const std::string& yaml, const Records& records);
bool fires(const std::string& yaml, const Records& records);

}  // namespace exectrail::test
