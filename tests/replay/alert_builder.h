// Alerts and scenarios for tests of verdicts and reports, a line each:
//   alert("exec_from_unusual_dir", "/tmp/x").severity(kHigh).lineage({"go", "bash", "x"})
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "analyzer/compiler/program.h"
#include "analyzer/engine/alert.h"
#include "replay/scenario/scenario.h"
#include "replay/verdict/verdict.h"

namespace exectrail::replay {

class AlertBuilder {
 public:
  AlertBuilder(const std::string& recipe, const std::string& path) {
    analyzer::RecipeInfo info;
    info.name = recipe;
    alert_.recipe = std::make_shared<const analyzer::RecipeInfo>(info);
    alert_.severity = analyzer::Severity::kHigh;
    alert_.process.executable = {path, trace::EvidenceClass::kKernel};
    alert_.filePath = {path, trace::EvidenceClass::kKernel};
    alert_.typedPath = {path, trace::EvidenceClass::kKernel};
    alert_.evidence["executable"] = trace::EvidenceClass::kKernel;
  }

  AlertBuilder& severity(analyzer::Severity severity) {
    alert_.severity = severity;
    return *this;
  }
  AlertBuilder& typed(const std::string& path) {
    alert_.typedPath.value = path;
    return *this;
  }
  // Pids count from 70.
  AlertBuilder& lineage(const std::vector<std::string>& names) {
    std::uint32_t pid = 70;
    for (const std::string& name : names) {
      alert_.lineage.push_back({{pid++, 1, 1}, name, "/usr/bin/" + name, "fork"});
    }
    return *this;
  }
  AlertBuilder& reason(const std::string& name, const std::string& effect,
                       const std::string& because, const std::string& source = "") {
    alert_.reasons.push_back({name, effect, because, source});
    return *this;
  }
  AlertBuilder& failed(std::uint16_t errorNumber) {
    alert_.errorNumber = errorNumber;
    return *this;
  }
  AlertBuilder& unknown(const std::string& condition, const std::string& because) {
    alert_.unknown.push_back(condition);
    alert_.unknownBecause[condition] = because;
    return *this;
  }

  operator analyzer::Alert() const { return alert_; }  // NOLINT(google-explicit-constructor)

 private:
  analyzer::Alert alert_;
};

inline AlertBuilder alert(const std::string& recipe, const std::string& path) {
  return {recipe, path};
}

inline Expectation expect(const std::string& recipe, std::uint64_t exactly) {
  Expectation expectation;
  expectation.recipe.name = recipe;
  expectation.count = {exactly, exactly};
  return expectation;
}

inline Scenario scenarioNamed(const std::string& name) {
  Scenario scenario;
  scenario.name = name;
  scenario.category = name.substr(0, name.find('/'));
  scenario.directory = "corpus/" + name;
  return scenario;
}

inline Observation observed(std::vector<analyzer::Alert> alerts) {
  Observation observation;
  observation.alerts = std::move(alerts);
  return observation;
}

}  // namespace exectrail::replay
