// Does this alert look like that expectation, and if not, where do they part?
#pragma once

#include <string>
#include <vector>

#include "analyzer/engine/alert.h"
#include "replay/scenario/scenario.h"
#include "replay/verdict/verdict.h"

namespace exectrail::replay {

// What an alert of the expected recipe has otherwise than expected; empty: it is the expected one.
std::vector<std::string> differences(const Expectation& expectation, const analyzer::Alert& alert);

bool matches(const Expectation& expectation, const analyzer::Alert& alert);

// One line each, fit for a terminal.
Sighting sightingOf(const Expectation& expectation);
Sighting sightingOf(const analyzer::Alert& alert);

}  // namespace exectrail::replay
