#include "tests/analyzer/rules/rules.h"

#include <stdexcept>

namespace exectrail::test {

analyzer::RuleSet load(const std::string& yaml) {
  return analyzer::compileRules({{"rule.yml", yaml, {}}});
}

std::string account(const analyzer::RuleSet& rules) {
  std::string text;
  for (const analyzer::RuleReport& report : rules.reports) {
    constexpr const char* kWords[] = {"loaded", "warning", "refused"};
    text += (text.empty() ? "" : "\n") + std::string(kWords[static_cast<int>(report.status)]);
    for (const analyzer::RuleNote& note : report.notes) {
      text += "\n" + std::to_string(note.line) + ": " + note.text;
    }
  }
  return text;
}

std::string sigma(const std::string& detection) {
  return "title: Test\n"
         "logsource: {product: linux, category: process_creation}\n"
         "level: high\n"
         "detection:\n" +
         detection;
}

std::string policy(const std::string& spec) {
  return "apiVersion: security.kubearmor.com/v1\n"
         "kind: KubeArmorPolicy\n"
         "metadata: {name: test, namespace: shop}\n"
         "spec:\n" +
         spec;
}

std::vector<analyzer::Alert> alerts(const std::string& yaml, const Records& records) {
  analyzer::RuleSet rules = load(yaml);
  if (rules.count(analyzer::RuleStatus::kRefused) != 0) throw std::runtime_error(account(rules));
  const analyzer::Program program(std::move(rules.recipes), {});
  return analyze(program, records).alerts;
}

bool fires(const std::string& yaml, const Records& records) {
  return !alerts(yaml, records).empty();
}

}  // namespace exectrail::test
