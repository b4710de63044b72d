// The account at the end of an analysis, for standard error: how much was seen, found, exempted and
// left undecided.
#pragma once

#include <string>

#include "analyzer/engine/engine.h"

namespace exectrail::analyzer {

// Adds up the summaries of several traces.
void add(Summary& total, const Summary& more);

// Inconclusive executions and attempts, over all recipes.
std::uint64_t inconclusiveCount(const Summary& summary);

// A few lines; the last is the next command, unless that is empty.
std::string toText(const Summary& summary, const std::string& next);

}  // namespace exectrail::analyzer
