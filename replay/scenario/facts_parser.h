// What a scenario wants of a record's facts: {typed: ./x, args: {starts: [sh, -c]}}.
#pragma once

#include <string>
#include <vector>

#include "analyzer/compiler/diagnostics.h"
#include "analyzer/compiler/yaml_tree.h"
#include "replay/scenario/recorded.h"

namespace exectrail::replay {

// `kind` is one of recordKinds(); `what` names the map in messages: "`expect`". Reports what is
// wrong; the result is then of no use.
std::vector<Wanted> parseFacts(const analyzer::YamlNode& node, const std::string& kind,
                               const std::string& what, analyzer::Diagnostics& diagnostics);

}  // namespace exectrail::replay
