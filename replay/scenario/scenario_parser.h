// scenario.yaml -> Scenario. All mistakes of a file are collected, with place and remedy.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/compiler/diagnostics.h"
#include "replay/scenario/scenario.h"

namespace exectrail::replay {

// Codes of scenarios. Those below 40 mean the same as a recipe's of that number.
enum class ScenarioCode : std::uint16_t {
  kUnknownRecipe = 40,  // an expectation about a recipe that is not loaded
  kContradiction = 41,  // keys that cannot stand together
  kUnknownNeed = 42,
  kNothingExpected = 43,  // an attack that neither fires nor is a stated miss
};

struct ScenarioSource {
  std::string file;       // path of scenario.yaml, for messages
  std::string directory;  // where it and its recordings are
  std::string name;       // "attack/web-shell-drops-to-tmp"
  std::string text;
};

// Nothing if there was an error, which then stands in `diagnostics`.
std::optional<Scenario> parseScenario(const ScenarioSource& source,
                                      analyzer::Diagnostics& diagnostics);

// Every recipe that `scenario` names must be one of `recipes`: a typing error must not turn an
// expectation of silence into a pass. The scenario's source must be known to `diagnostics`.
void checkRecipes(const Scenario& scenario, const std::vector<std::string>& recipes,
                  analyzer::Diagnostics& diagnostics);

// The text of `diagnostics` with codes in the scenarios' letter: error[S010].
std::string formatErrors(const analyzer::Diagnostics& diagnostics);

}  // namespace exectrail::replay
