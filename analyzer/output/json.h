// An alert as one line of JSON, in the shape of the Elastic Common Schema 8.17; what ECS has no
// name for stands under "exectrail". Key order is fixed and nothing but the alert and the trace's
// header decides what is written: the same alert gives the same bytes. What is not known is absent.
#pragma once

#include <string>
#include <string_view>

#include "analyzer/engine/alert.h"
#include "trace/metadata.h"

namespace exectrail::analyzer {

// With a newline. `inputsSha256` is the program's.
std::string toJsonLine(const Alert& alert, const trace::Header& header,
                       const std::string& inputsSha256, std::string_view context = {});

}  // namespace exectrail::analyzer
