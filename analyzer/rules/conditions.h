// Conditions made by other languages than that of recipes. Each carries the text a recipe would
// have for it, so that alerts and `explain` speak one language. Constants are folded away: what
// always or never holds is seen before anything runs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/compiler/condition.h"

namespace exectrail::analyzer::rules {

// A field by the name recipes have for it. It must exist.
FieldRef fieldRef(std::string_view name);

// The name of its field without an index: "args" of args[1].
std::string wholeFieldName(const FieldRef& ref);

Condition always();
Condition never();
bool isAlways(const Condition& condition);
bool isNever(const Condition& condition);

Condition allOf(std::vector<Condition> parts);
Condition anyOf(std::vector<Condition> parts);
Condition negation(Condition condition);

// `kind` is kEqual, kContains, kStartsWith or kEndsWith: `field` is, holds, begins or ends with one
// of `texts`, of which there is at least one.
Condition textTest(const FieldRef& field, Condition::Kind kind, std::vector<std::string> texts,
                   bool nocase);

// Nothing, and a sentence in `problem`, if RE2 does not take the pattern.
std::optional<Condition> regexTest(const FieldRef& field, const std::string& pattern,
                                   std::string& problem);

// The field matches one of these patterns, as globs of recipes.
Condition globTest(const FieldRef& field, std::vector<Glob> globs);

Condition underTest(const FieldRef& field, std::vector<std::string> directories);
Condition numberTest(const FieldRef& field, Operator op, std::int64_t number);
// Of a numberTest() of a text, or of several: its length instead.
Condition lengthInstead(Condition condition);
Condition sameTest(const FieldRef& left, const FieldRef& right, bool nocase);
// The text `left` holds, begins or ends with the text of another field.
Condition partTest(const FieldRef& left, Condition::Kind kind, const FieldRef& right, bool nocase);
Condition booleanTest(const FieldRef& field);
Condition existsTest(const FieldRef& field);
// It is known that there is no value, such as a login that never was.
Condition absentTest(const FieldRef& field);

// It runs in one of these containers; never if there is none. Ids may be cut to their beginning.
Condition isContainer(const std::vector<std::string>& ids);

// At least one element of the list satisfies a condition about `it`.
Condition anyElement(const FieldRef& list, Condition condition);
// At least one of the processes above does, of a condition about fields that begin with a dot; with
// a `generation`, that one: 1 is the parent.
Condition anyAncestor(Condition condition, std::uint32_t generation = 0);

// What is not known is no match: puts surely() around all that stands below a negation, and around
// the rest. The result is never unknown.
Condition knownToBe(Condition condition);

std::size_t sizeOf(const Condition& condition);  // conditions in it, itself among them

}  // namespace exectrail::analyzer::rules
