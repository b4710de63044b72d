// One text, or one element of a list, against what goals want of it; and texts that may be it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "replay/scenes/goals.h"

namespace exectrail::replay {

using Texts = std::vector<std::string>;

// What no recipe asks about; proposed last.
const Texts& neutralTexts();

// A condition about one element; `number` is the length that it is to have, if one is wanted.
bool holds(const analyzer::Condition& at, const std::string& text,
           const std::optional<std::int64_t>& number);
bool holdsNumber(const analyzer::Condition& at, std::int64_t value);

// Whether it is as wanted.
bool isSo(const Goal& goal, const std::string& text);
bool isSo(const Goals& goals, const std::string& text);

// Adds texts of which one may satisfy the goals.
void proposalsOf(const Goals& goals, Texts& to);
void proposalsOf(const analyzer::Condition& at, Texts& to);

// A program's name, as a process that runs `path` has it.
std::string nameOf(const std::string& path);

}  // namespace exectrail::replay
