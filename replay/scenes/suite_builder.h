// The scenes of a generated suite: which parts of a recipe there are, and an execution for each in
// which it decides.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "analyzer/compiler/program.h"
#include "replay/scenes/scene.h"
#include "replay/scenes/solver.h"

namespace exectrail::replay {

// What the recipe says of a scene.
struct Answer {
  bool alerts = false;
  std::vector<std::string> reasons;  // names, of all alerts
};
using Ask = std::function<Answer(const Scene&)>;

struct Scenes {
  std::vector<Scene> all;
  // Parts for which no scene was found in which they decide, and why.
  std::vector<std::pair<std::string, std::string>> undecided;
};
Scenes scenesOf(const analyzer::Recipe& recipe, const Ask& ask);

// Names of environment variables that the recipe looks at.
std::vector<std::string> variablesOf(const analyzer::Recipe& recipe);

}  // namespace exectrail::replay
