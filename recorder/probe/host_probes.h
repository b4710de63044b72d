// What this host can do for a recording. Looks and tries, changes nothing that lasts.
#pragma once

#include <vector>

#include "recorder/probe/probe.h"

namespace exectrail::recorder {

// All of the below, in the order of the table.
std::vector<Probe> probeHost();

std::vector<Probe> probeProcess();       // rights, namespaces, scheduling of this process
std::vector<Probe> probeTracefs();       // tracefs, its tracepoints, dynamic events
std::vector<Probe> probePerf();          // perf_event_open and its limits
std::vector<Probe> probeOtherSources();  // /proc and what is looked at but not used

}  // namespace exectrail::recorder
