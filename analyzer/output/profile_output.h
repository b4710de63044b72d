// What each recipe cost, as a table for people and as JSON. All but the times is the same for the
// same trace and the same recipes.
#pragma once

#include <cstdint>
#include <string>

#include "analyzer/engine/engine.h"

namespace exectrail::analyzer {

// `totalNs` is what the whole analysis took, reading and writing included. Recipes that nothing
// came near are counted, not listed; the others stand in the order of their candidates, most first.
std::string toText(const Profile& profile, const Summary& summary, std::uint64_t totalNs);

// One object in one line, with all recipes.
std::string toJsonLine(const Profile& profile, const Summary& summary, std::uint64_t totalNs);

}  // namespace exectrail::analyzer
