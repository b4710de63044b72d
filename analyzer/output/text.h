// An alert as a person reads it: a header line, then one row per question. A row for which there is
// no evidence is left out. Whatever came from a process is escaped.
#pragma once

#include <string>
#include <string_view>

#include "analyzer/engine/alert.h"
#include "trace/metadata.h"

namespace exectrail::analyzer {

// Ends with a newline. `colour` adds terminal colours.
std::string toText(const Alert& alert, const trace::Header& header, bool colour,
                   std::string_view context = {});

}  // namespace exectrail::analyzer
