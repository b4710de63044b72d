// By which names recipes can be told apart without being asked: most are about programs of certain
// names, wherever those lie and however they are written.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "analyzer/compiler/condition.h"
#include "analyzer/engine/judged.h"

namespace exectrail::analyzer {

// Last components of paths, in small letters, of which namesOf() has one if the condition is true;
// nothing: it can be true of others as well.
std::optional<std::set<std::string>> neededNames(const Condition& condition);

// The last components of the executable, of the file that decides and of what was typed, in small
// letters, each once. Nothing: not all of these are known.
std::optional<std::vector<std::string>> namesOf(const Judged& judged);

}  // namespace exectrail::analyzer
