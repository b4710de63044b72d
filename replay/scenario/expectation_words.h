// Words that `fire:` and `recorded:` share: how many, which errno, which class of evidence.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "replay/scenario/recorded.h"
#include "replay/scenario/yaml_fields.h"
#include "trace/evidence.h"

namespace exectrail::replay {

// exactly, at_least, at_most. `what` is counted: "alerts".
Count parseCount(const YamlFields& fields, const std::string& what,
                 analyzer::Diagnostics& diagnostics);

// 0 for "ok", nothing for a word that is none.
std::optional<std::uint16_t> errnoByName(std::string_view word);

// One class, or a list of those allowed.
std::vector<trace::EvidenceClass> parseClasses(const analyzer::YamlNode& node,
                                               analyzer::Diagnostics& diagnostics);

}  // namespace exectrail::replay
