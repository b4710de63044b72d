// An alert in the shape of Falco's JSON output: hostname, output, output_fields, priority, rule,
// source, tags, time. docs/outputs.md has the fields.
#pragma once

#include <string>

#include "analyzer/engine/alert.h"
#include "trace/metadata.h"

namespace exectrail::analyzer {

// With a newline.
std::string toFalcoLine(const Alert& alert, const trace::Header& header);

}  // namespace exectrail::analyzer
