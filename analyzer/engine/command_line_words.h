// What a test of a command line needs of one of the arguments it is made of: a word without a
// space, which no border between arguments can run through.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analyzer/compiler/condition.h"

namespace exectrail::analyzer {

// Small letters; of these, an argument holds one in any case if the test is true. Nothing: it can
// be true without.
std::optional<std::vector<std::string>> wordsOfCommandLine(const Condition& test);

}  // namespace exectrail::analyzer
