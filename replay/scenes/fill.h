// Values for one image of a scene: each a proposal that stands every test that is made of it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "analyzer/compiler/classifier.h"
#include "replay/scenes/goals.h"
#include "replay/scenes/scene.h"

namespace exectrail::replay {

// Goals without `and`, `or` and `not`: each about one value.
using Literals = std::vector<Goal>;

struct PathWish {
  std::vector<std::string> proposals;
  std::function<bool(const std::string&)> test;      // null: any
  const analyzer::Classifier* classifier = nullptr;  // for goals about the class
};

// A path for which all `literals` (about a path, its last component or its class) are as wanted.
std::optional<std::string> choosePath(const Literals& literals, const PathWish& wish);

// A text for which they are.
std::optional<std::string> chooseText(const Literals& literals,
                                      const std::vector<std::string>& proposals);

// Everything but where the executable lies, which is set already: arguments, users, environment.
// `scriptAt` is empty or the script that an interpreter is to be given. False: no values were
// found.
bool fillImage(SceneImage& image, const Literals& literals, const std::string& scriptAt);

}  // namespace exectrail::replay
