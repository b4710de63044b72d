// Real-time scheduling for the recorder. A program can be over within 300 µs of its exec; whoever
// wants to see its /proc must run at once. Measured on two busy cores with /bin/true from a loop:
// 80 % gone with normal scheduling, none with this.
//
// While execs are taken together (see Pacing) nothing is gained by it, and the host pays: a thread
// with real-time priority runs where it ran before and keeps whoever is there waiting, although
// another CPU is idle (select_task_rq_rt() in kernel/sched/rt.c). A normal one goes to the idle
// one.
#pragma once

#include <sched.h>
#include <sys/resource.h>

#include <cerrno>

namespace exectrail::recorder {

// Lowest real-time priority, not inherited by COMMAND. The kernel keeps 5 % of each CPU for others
// (/proc/sys/kernel/sched_rt_runtime_us). Returns 0 or an errno.
inline int enterRealtime() {
  const sched_param lowest{.sched_priority = ::sched_get_priority_min(SCHED_FIFO)};
  return ::sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &lowest) == 0 ? 0 : errno;
}

// Normal scheduling, before all others that have that. Returns 0 or an errno.
inline int leaveRealtime() {
  constexpr int kMostUrgent = -20;
  const sched_param none{};
  if (::sched_setscheduler(0, SCHED_OTHER | SCHED_RESET_ON_FORK, &none) != 0) return errno;
  return ::setpriority(PRIO_PROCESS, 0, kMostUrgent) == 0 ? 0 : errno;
}

}  // namespace exectrail::recorder
