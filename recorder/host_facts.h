// What the header of a trace says about this host, and whether this is a place to record from.
#pragma once

#include "trace/metadata.h"

namespace exectrail::recorder {

trace::Host readHost();
trace::ClockReading readClocks();
trace::Uuid randomUuid();

// Throws EnvironmentError outside the initial pid namespace: the pids of tracepoints are global,
// those of a /proc seen from inside a container are not.
void requireInitialPidNamespace();

}  // namespace exectrail::recorder
