// Whether perf_event_open(2) gives us what a source would ask for: opened once on the first CPU
// that is online and closed again. Counts nothing, samples nothing.
#pragma once

#include <cstdint>

namespace exectrail::recorder {

enum class PerfAbility {
  kSideBand,     // the kernel tells of comm, exec, mmap2, fork and exit without being sampled
  kNamespaces,   // and of namespaces: CONFIG_NAMESPACES, Linux 4.12
  kCgroups,      // and of control groups: CONFIG_CGROUP_PERF, Linux 5.7
  kLostCount,    // counts what found no room: Linux 6.0
  kExecSamples,  // a sample of each exec, with a copy of the new image's stack
};

// 0 or the errno of trying. `tracepointId` is sched:sched_process_exec's, for kExecSamples.
int tryPerf(PerfAbility ability, std::uint64_t tracepointId = 0);

}  // namespace exectrail::recorder
