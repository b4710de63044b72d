// Replays one trace: records through the engine, and all that a verdict needs beside the alerts.
#pragma once

#include "analyzer/compiler/program.h"
#include "replay/verdict/verdict.h"
#include "trace/reader.h"

namespace exectrail::replay {

// Reads `reader` to its end; reader.state() then says whether the trace was whole. The records'
// facts are kept only if they are asked for.
Observation observe(const analyzer::Program& program, trace::Reader& reader, bool withRecords);

}  // namespace exectrail::replay
