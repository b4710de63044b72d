// Comparisons of one value with the constants of a condition, or with another value.
#pragma once

#include "analyzer/compiler/condition.h"
#include "analyzer/engine/tri.h"
#include "analyzer/engine/value.h"

namespace exectrail::analyzer {

// `left` is known. `memo` may be null. Of a condition that does not ask `under`.
Tri testValue(const Condition& condition, const Value& left, TestMemo* memo);

// Of one that does.
Tri testPlace(const Condition& condition, const Place& place);

// Whether a text, which may also be a kept one, is in the set.
bool holds(const TextSet& set, std::string_view text, const Text* kept, TestMemo* memo);

bool compareNumbers(std::int64_t left, Operator op, std::int64_t right);

// Whether two texts are the same, of which each may be only a beginning.
Tri sameText(const Value& left, std::string_view right, bool rightTruncated, bool nocase);

// Of kContains, kStartsWith, kEndsWith: whether `left` holds the text `right` so; of each, only a
// beginning may be known.
Tri heldText(Condition::Kind kind, const Value& left, const Value& right, bool nocase);

}  // namespace exectrail::analyzer
