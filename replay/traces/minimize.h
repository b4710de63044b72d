// The smallest trace in which an alert still is what it was: a fixture from an incident. Takes away
// processes, then records, as long as the alert keeps its id, severity, class, reasons
// and doubts.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analyzer/compiler/program.h"
#include "analyzer/engine/alert.h"
#include "replay/traces/loaded_trace.h"

namespace exectrail::replay {

struct Minimized {
  std::vector<trace::Record> records;  // their bytes are the trace's
  std::uint64_t tried = 0;             // traces that were judged
  bool minimal = true;                 // false: given up for the time it took
};

// The alert is as it was: id, severity, class, path, reasons, what is unknown, the gaps it names;
// with `lineage`, also the images above it.
bool identical(const analyzer::Alert& before, const analyzer::Alert& after, bool lineage);

Minimized minimize(const analyzer::Program& program, const LoadedTrace& trace,
                   const analyzer::Alert& alert, bool keepLineage);

}  // namespace exectrail::replay
