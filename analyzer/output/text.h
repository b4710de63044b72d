// An alert as a person reads it: a header line, then one row per question. A row for which there is
// no evidence is left out. Whatever came from a process is escaped.
#pragma once

#include <string>

#include "analyzer/output/format.h"

namespace exectrail::analyzer {

// Ends with a newline.
std::string toText(const Alert& alert, const Rendering& rendering);

}  // namespace exectrail::analyzer
