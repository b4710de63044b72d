#include "recorder/kernel/perf_ability.h"

#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>

namespace exectrail::recorder {

int tryPerf(PerfAbility ability, std::uint64_t tracepointId) {
  perf_event_attr attributes{};
  attributes.size = sizeof attributes;
  attributes.disabled = 1;
  attributes.use_clockid = 1;
  attributes.clockid = CLOCK_MONOTONIC;
  attributes.type = PERF_TYPE_SOFTWARE;
  attributes.config = PERF_COUNT_SW_DUMMY;
  attributes.comm = attributes.comm_exec = attributes.mmap = attributes.mmap2 = 1;
  attributes.task = attributes.sample_id_all = 1;
  if (ability == PerfAbility::kNamespaces) attributes.namespaces = 1;
  if (ability == PerfAbility::kCgroups) attributes.cgroup = 1;
  if (ability == PerfAbility::kLostCount) attributes.read_format = PERF_FORMAT_LOST;
  if (ability == PerfAbility::kExecSamples) {
    attributes = perf_event_attr{};
    attributes.size = sizeof attributes;
    attributes.disabled = 1;
    attributes.type = PERF_TYPE_TRACEPOINT;
    attributes.config = tracepointId;
    attributes.sample_period = 1;
    attributes.sample_type = PERF_SAMPLE_TID | PERF_SAMPLE_STACK_USER;
    attributes.sample_stack_user = 4096;
  }
  constexpr int kEveryTask = -1;
  // CPU 0 can be offline; of a set of CPUs without it another one is tried.
  const long cpus = ::sysconf(_SC_NPROCESSORS_CONF);
  int error = ENODEV;
  for (int cpu = 0; cpu < cpus && error == ENODEV; ++cpu) {
    const long fd =
        ::syscall(SYS_perf_event_open, &attributes, kEveryTask, cpu, -1, PERF_FLAG_FD_CLOEXEC);
    if (fd >= 0) {
      ::close(static_cast<int>(fd));
      return 0;
    }
    error = errno;
  }
  return error;
}

}  // namespace exectrail::recorder
