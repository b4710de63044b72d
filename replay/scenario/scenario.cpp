#include "replay/scenario/scenario.h"

namespace exectrail::replay {
namespace {

std::string fileName(const Case& recording, const char* extension) {
  const std::string variant = recording.variant.empty() ? "" : "." + recording.variant;
  return recording.scenario->directory + "/trace" + variant + extension;
}

}  // namespace

std::string Case::name() const {
  return variant.empty() ? scenario->name : scenario->name + " (" + variant + ")";
}

std::string Case::tracePath() const { return fileName(*this, ".trail"); }

std::string Case::dumpPath() const { return fileName(*this, ".txt"); }

std::vector<Case> casesOf(const Scenario& scenario) {
  if (scenario.variants.empty()) return {{&scenario, ""}};
  std::vector<Case> cases;
  for (const std::string& variant : scenario.variants) cases.push_back({&scenario, variant});
  return cases;
}

}  // namespace exectrail::replay
