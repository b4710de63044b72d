// An alert as a Detection Finding (class 2004) of the Open Cybersecurity Schema Framework 1.4.0.
// What OCSF has no attribute for stands under "unmapped". What is not known is absent, unless the
// schema requires it: then it is "unknown" in the schema's own words.
#pragma once

#include <string>

#include "analyzer/output/format.h"

namespace exectrail::analyzer {

inline constexpr const char* kOcsfVersion = "1.4.0";

// With a newline.
std::string toOcsfLine(const Alert& alert, const Rendering& rendering);

}  // namespace exectrail::analyzer
