// Patterns of KubeArmor policies as conditions. AppArmor, which enforces them: `*` stays within a
// directory, `**` does not, a star that is all of a component stands for at least one character,
// `?`, [a-c], [^a-c] and {one,two} as there. KubeArmor's alerts read them in another way, see
// kubearmor_globs.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "analyzer/compiler/condition.h"
#include "analyzer/rules/kubearmor_globs.h"

namespace exectrail::analyzer::kubearmor {

// As AppArmor reads it: a regular expression for a whole path. Nothing, and a sentence in
// `problem`, if it is not well formed.
std::optional<std::string> pathRegex(std::string_view pattern, std::string& problem);

// For /bin/... and its like, the pattern in the spelling in which the kernel's path is recorded.
std::optional<std::string> spelledOtherwise(const std::string& pattern);

// The file that ran or was to run, by itself or with its arguments, matches the pattern.
std::optional<Condition> patternTest(const std::string& pattern, KubeArmorGlobs globs,
                                     std::string& problem);

// What the other reading makes of a pattern that patternTest() takes; empty: the same of every
// file.
std::string otherReading(const std::string& pattern, KubeArmorGlobs globs);

}  // namespace exectrail::analyzer::kubearmor
