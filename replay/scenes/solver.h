// Finds an execution that is as some goals say. It proposes values that occur in the conditions and
// checks each against all that is said of the same thing; what depends on several things at a time
// it may miss. `accept` has the last word.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "analyzer/compiler/classifier.h"
#include "analyzer/compiler/program.h"
#include "replay/scenes/goals.h"
#include "replay/scenes/scene.h"

namespace exectrail::replay {

struct Wish {
  Goals goals;
  std::uint16_t result = 0;
  trace::MappingRole mapping = trace::MappingRole::kUnknown;
  analyzer::PathSource source = analyzer::PathSource::kFile;
  const analyzer::Classifier* classifier = nullptr;  // null: conditions do not ask for a class
  std::vector<std::string> paths;                    // proposals for the path that decides
  std::function<bool(const std::string&)> path;      // whether one will do; null: any
};

using Accept = std::function<bool(const Scene&)>;

// The first scene that is accepted; nothing if there is none among the first few dozen.
std::optional<Scene> solve(const Wish& wish, const Accept& accept);

}  // namespace exectrail::replay
