// Takes secrets out of arguments before an alert leaves the host: `--password=x`, `-H
// 'Authorization: Bearer x'`, `https://user:x@host`. What was taken out shows as "[redacted]";
// names stay.
#pragma once

#include <string>
#include <vector>

#include "analyzer/engine/alert.h"

namespace exectrail::analyzer {

// The arguments, each without what looks like a secret; one that follows an option whose name says
// that it is one goes whole. docs/operations.md has the patterns.
std::vector<std::string> redacted(const std::vector<std::string>& arguments);

// A copy without secrets in any of its command lines, and in the values that decided.
Alert redacted(const Alert& alert);

}  // namespace exectrail::analyzer
