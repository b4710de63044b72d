// One entry of a scenario's `fire:`.
#pragma once

#include "analyzer/compiler/diagnostics.h"
#include "analyzer/compiler/yaml_tree.h"
#include "replay/scenario/scenario.h"

namespace exectrail::replay {

// Reports what is wrong; the result is then of no use.
Expectation parseExpectation(const analyzer::YamlNode& node,
                             const std::vector<std::string>& variants,
                             analyzer::Diagnostics& diagnostics);

}  // namespace exectrail::replay
