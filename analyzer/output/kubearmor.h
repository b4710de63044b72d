// An alert in the shape of KubeArmor's own (its protobuf's Alert as JSON), for what reads those:
// docs/outputs.md has each field. What does not apply to an execution, and what nobody knows, is
// absent; a UID of 0 is written, which protobuf's JSON would leave out.
#pragma once

#include <string>

#include "analyzer/engine/alert.h"
#include "trace/metadata.h"

namespace exectrail::analyzer {

// With a newline.
std::string toKubearmorLine(const Alert& alert, const trace::Header& header);

}  // namespace exectrail::analyzer
