// One entry of a scenario's `recorded:`.
#pragma once

#include "analyzer/compiler/diagnostics.h"
#include "analyzer/compiler/yaml_tree.h"
#include "replay/scenario/recorded.h"

namespace exectrail::replay {

// Reports what is wrong; the result is then of no use. `variants` are those of the scenario.
RecordedExpectation parseRecorded(const analyzer::YamlNode& node,
                                  const std::vector<std::string>& variants,
                                  analyzer::Diagnostics& diagnostics);

}  // namespace exectrail::replay
