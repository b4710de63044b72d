// Patterns of KubeArmor policies, with the meaning that AppArmor gives them when it enforces them:
// `*` stays within a directory, `**` does not, a star that is all of a component stands for at
// least one character, `?`, [a-c], [^a-c] and {one,two} as there. KubeArmor's own alerts match with
// Go's filepath.Match, which knows no `**` and no braces.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace exectrail::analyzer::kubearmor {

// The pattern as a regular expression for a whole path. Nothing, and a sentence in `problem`, if it
// is not well formed.
std::optional<std::string> pathRegex(std::string_view pattern, std::string& problem);

// The same for arguments, as Go's filepath.Match has it: no `**`, no braces.
std::optional<std::string> argumentRegex(std::string_view pattern, std::string& problem);

}  // namespace exectrail::analyzer::kubearmor
