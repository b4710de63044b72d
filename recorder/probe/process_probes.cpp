// Rights, namespaces and scheduling of this process, and what the kernel forbids everybody.
#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "recorder/host_facts.h"
#include "recorder/privileges.h"
#include "recorder/probe/host_probes.h"
#include "recorder/proc/proc_files.h"
#include "recorder/realtime.h"
#include "trace/errors.h"

namespace exectrail::recorder {
namespace {

Probe probeRoot() {
  const uid_t uid = ::geteuid();
  Probe probe{.what = "root", .found = "uid " + std::to_string(uid), .required = true};
  probe.state = uid == 0 ? ProbeState::kYes : ProbeState::kNo;
  probe.matters = "no tracefs, and /proc of other users stays closed";
  probe.remedy = "run it with sudo";
  return probe;
}

Probe probeCapabilities() {
  Probe probe{.what = "capabilities", .state = ProbeState::kYes};
  const std::vector<CapabilityNeed> needs = capabilityNeeds();
  const std::size_t count = needs.size();
  if (std::none_of(needs.begin(), needs.end(), [](const auto& need) { return need.held; })) {
    probe.state = ProbeState::kNo;
    probe.found = "none of the " + std::to_string(count) + " that recording uses";
    probe.matters = "this process can do what any user can, and no more";
    probe.remedy = "run it as root";
    return probe;
  }
  std::string missing;
  for (const CapabilityNeed& need : needs) {
    if (need.held) continue;
    missing += (missing.empty() ? "" : ", ") + need.name;
    probe.matters += (probe.matters.empty() ? "" : "; ") + need.name + ": " + need.why;
  }
  if (missing.empty()) {
    probe.found = "all " + std::to_string(count) + " that recording uses";
    return probe;
  }
  probe.state = ProbeState::kPartly;
  probe.found = "missing: " + missing;
  probe.remedy =
      "grant them: to a container with --cap-add, to a service with AmbientCapabilities=";
  return probe;
}

Probe probePidNamespace() {
  Probe probe{.what = "pid namespace", .required = true};
  probe.matters =
      "the kernel reports pids of the host, /proc shows others: they cannot be put together";
  probe.remedy = "record on the host, or in a container that shares its pid namespace (--pid=host)";
  try {
    requireInitialPidNamespace();
    probe.state = ProbeState::kYes;
    probe.found = "the host's";
  } catch (const EnvironmentError& e) {
    const ReadResult own = readLinkAt(AT_FDCWD, "/proc/self/ns/pid");
    probe.found = own.errorNumber == 0 ? own.bytes + ", not the host's" : e.what();
  }
  return probe;
}

Probe probeLockdown() {
  Probe probe{.what = "kernel lockdown", .state = ProbeState::kYes};
  const ReadResult text = readFileAt(AT_FDCWD, "/sys/kernel/security/lockdown", 256);
  const auto begin = text.bytes.find('[');
  const auto end = text.bytes.find(']');
  if (text.errorNumber != 0 || begin == std::string::npos || end == std::string::npos) {
    probe.found = text.errorNumber == ENOENT ? "none: this kernel has no lockdown, or no securityfs"
                                             : "not known";
    return probe;
  }
  const std::string mode = text.bytes.substr(begin + 1, end - begin - 1);
  probe.found = mode == "none" ? "off" : mode;
  if (mode == "confidentiality") {
    probe.state = ProbeState::kNo;
    probe.found = mode + ", which forbids tracefs and perf to everybody";
    probe.matters = "the kernel hands out no events";
    probe.remedy = "boot with lockdown=integrity";
  }
  return probe;
}

Probe probeRealtime() {
  Probe probe{.what = "real-time scheduling", .state = ProbeState::kYes};
  const int policy = ::sched_getscheduler(0);
  sched_param before{};
  ::sched_getparam(0, &before);
  const int error = enterRealtime();
  if (error == 0) {
    ::sched_setscheduler(0, policy < 0 ? SCHED_OTHER : policy, &before);
    probe.found = "SCHED_FIFO is granted";
    return probe;
  }
  probe.state = ProbeState::kNo;
  probe.found = std::string("refused: ") + std::strerror(error);
  probe.matters = "programs that end at once may be gone before /proc is read";
  probe.remedy = "grant CAP_SYS_NICE; in a control group with CPU limits, cpu.rt_runtime_us";
  return probe;
}

}  // namespace

std::vector<Probe> probeProcess() {
  return {probeRoot(), probeCapabilities(), probePidNamespace(), probeLockdown(), probeRealtime()};
}

std::vector<Probe> probeHost() {
  std::vector<Probe> all;
  for (auto* const part : {&probeProcess, &probeTracefs, &probePerf, &probeOtherSources}) {
    for (Probe& probe : part()) all.push_back(std::move(probe));
  }
  return all;
}

}  // namespace exectrail::recorder
