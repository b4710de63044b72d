// perf_event_open(2) and its limits; /proc; and the proc connector.
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "recorder/kernel/perf_ability.h"
#include "recorder/kernel/tracefs_instance.h"
#include "recorder/privileges.h"
#include "recorder/probe/host_probes.h"
#include "recorder/proc/proc_files.h"
#include "recorder/sources/connector_source.h"
#include "recorder/sources/perf_source.h"
#include "trace/readable.h"

namespace exectrail::recorder {
namespace {

std::string firstLine(const char* path) {
  const ReadResult text = readFileAt(AT_FDCWD, path, 256);
  if (text.errorNumber != 0) return std::strerror(text.errorNumber);
  return text.bytes.substr(0, text.bytes.find('\n'));
}

Probe perfProbe(const char* what, int error, const char* found, const char* matters,
                const char* remedy) {
  Probe probe{.what = what, .matters = matters, .remedy = remedy};
  probe.state = error == 0 ? ProbeState::kYes : ProbeState::kNo;
  probe.found = error == 0 ? found : std::string("perf_event_open: ") + std::strerror(error);
  if (error == EPERM || error == EACCES) {
    probe.remedy =
        "grant CAP_PERFMON, and CAP_SYS_ADMIN if kernel.perf_event_paranoid is 3 or more; a "
        "container's seccomp profile may forbid it as well";
  }
  return probe;
}

Probe probeExecSamples() {
  constexpr const char* kWhat = "perf exec samples";
  const char* tracing = exectrail_tracefs_directory();
  const std::string path = std::string(tracing != nullptr ? tracing : "/sys/kernel/tracing") +
                           "/events/sched/sched_process_exec/id";
  const ReadResult text = readFileAt(AT_FDCWD, path.c_str(), 64);
  const auto id = parseNumber(text.bytes);
  Probe probe = perfProbe(
      kWhat, id ? tryPerf(PerfAbility::kExecSamples, *id) : ENOENT, "with the new image's stack",
      "arguments and environment are read from /proc, which a program can change in the meantime",
      "use a kernel with CONFIG_PERF_EVENTS and tracefs");
  if (!id) probe.found = "not tried: no number of sched:sched_process_exec without tracefs";
  return probe;
}

Probe probeParanoid() {
  // Says what users without CAP_PERFMON may do; a recorder has it or has nothing of perf. From 3
  // on, a level that Debian and Ubuntu have added, 6.1 of Debian refuses those without
  // CAP_SYS_ADMIN, too.
  return {.what = "perf_event_paranoid",
          .state = ProbeState::kYes,
          .found = firstLine("/proc/sys/kernel/perf_event_paranoid") +
                   " (does not bind who has CAP_PERFMON; from 3 on, CAP_SYS_ADMIN)"};
}

Probe probeLockedMemory() {
  Probe probe{.what = "RLIMIT_MEMLOCK", .state = ProbeState::kYes};
  rlimit limit{};
  ::getrlimit(RLIMIT_MEMLOCK, &limit);
  probe.found = limit.rlim_cur == RLIM_INFINITY ? "unlimited" : trace::readableSize(limit.rlim_cur);
  probe.found += ", perf_event_mlock_kb " + firstLine("/proc/sys/kernel/perf_event_mlock_kb");
  for (const CapabilityNeed& need : capabilityNeeds()) {
    if (need.name != "ipc_lock" || limit.rlim_cur == RLIM_INFINITY) continue;
    if (need.held) {
      probe.found += " (do not bind who has CAP_IPC_LOCK)";
      continue;
    }
    probe.state = ProbeState::kPartly;
    probe.matters = "perf's buffers stay small and lose events when much happens at once";
    probe.remedy = "grant CAP_IPC_LOCK, or raise the limit: ulimit -l unlimited";
  }
  return probe;
}

// Tries all programs that run now: some may be closed to us and others not.
Probe probeProc() {
  Probe probe{.what = "/proc of others", .required = true};
  probe.matters = "no facts about programs, and no list of those that run already";
  std::size_t open = 0;
  std::size_t closed = 0;
  std::string example;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", error)) {
    const std::string pid = entry.path().filename();
    if (!parseNumber(pid)) continue;
    const ReadResult exe = readLinkAt(AT_FDCWD, ("/proc/" + pid + "/exe").c_str());
    if (exe.errorNumber == 0) ++open;
    // A kernel thread has none: ENOENT.
    if (exe.errorNumber != EACCES && exe.errorNumber != EPERM) continue;
    ++closed;
    if (example.empty()) example = pid;
  }
  probe.found = std::to_string(open) + (open == 1 ? " program" : " programs") + " can be looked at";
  if (closed == 0 && open > 1) {
    probe.state = ProbeState::kYes;
    return probe;
  }
  probe.state = open > 1 ? ProbeState::kPartly : ProbeState::kNo;
  if (closed > 0) {
    probe.found += ", " + std::to_string(closed) + " cannot (pid " + example + ")";
    probe.remedy = "grant CAP_SYS_PTRACE; a security module may forbid it all the same";
  } else {
    probe.found = error ? "/proc: " + error.message() : "/proc shows no other programs";
    probe.remedy = "mount /proc without hidepid=";
  }
  return probe;
}

Probe probeConnector() {
  return sourceProbe(trace::Source::kConnector, ConnectorSource::unsupported(),
                     "with which status programs ended is not known");
}

}  // namespace

std::vector<Probe> probePerf() {
  constexpr const char* kNewer = "use a newer kernel";
  return {sourceProbe(trace::Source::kPerf, PerfSource::unsupported(),
                      "what runs and with which arguments is read from /proc, which programs that "
                      "end at once outrun"),
          perfProbe(
              "perf side-band", tryPerf(PerfAbility::kSideBand), "exec, mmap2, fork, exit",
              "which file really runs is read from /proc, after the fact; preloaded libraries and "
              "what a loader was given are not seen",
              "use a kernel with CONFIG_PERF_EVENTS"),
          perfProbe("perf namespaces", tryPerf(PerfAbility::kNamespaces), "there",
                    "namespaces are read from /proc", kNewer),
          perfProbe("perf control groups", tryPerf(PerfAbility::kCgroups), "there",
                    "control groups, and with them containers, are read from /proc",
                    "use Linux 5.7 or later with CONFIG_CGROUP_PERF"),
          perfProbe("perf count of losses", tryPerf(PerfAbility::kLostCount), "there",
                    "losses of perf are told when the next record comes, and not at the end",
                    "use Linux 6.0 or later"),
          probeExecSamples(),
          probeParanoid(),
          probeLockedMemory()};
}

std::vector<Probe> probeOtherSources() { return {probeProc(), probeConnector()}; }

}  // namespace exectrail::recorder
