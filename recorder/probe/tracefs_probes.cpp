// tracefs, its tracepoints, and events that can be defined at run time.
#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "recorder/kernel/tracefs_instance.h"
#include "recorder/probe/host_probes.h"
#include "recorder/proc/proc_files.h"
#include "recorder/sources/dynamic_source.h"
#include "recorder/sources/event_decoder.h"

namespace exectrail::recorder {
namespace {

constexpr const char* kMountCommand = "mount -t tracefs tracefs /sys/kernel/tracing";

ReadResult readTracing(const std::string& directory, const std::string& file) {
  return readFileAt(AT_FDCWD, (directory + "/" + file).c_str(), std::size_t{256} << 10);
}

Probe probeMount(const char* directory) {
  Probe probe{.what = "tracefs", .required = true};
  probe.matters = "no event of the kernel can be had";
  if (directory == nullptr) {
    const ReadResult kinds = readFileAt(AT_FDCWD, "/proc/filesystems", 1 << 16);
    const bool inKernel = kinds.bytes.find("\ttracefs\n") != std::string::npos;
    probe.found = inKernel ? "not mounted" : "not in this kernel";
    probe.remedy = inKernel ? kMountCommand : "use a kernel with CONFIG_FTRACE";
    return probe;
  }
  struct statvfs fs {};
  const std::string instances = std::string(directory) + "/instances";
  if (::statvfs(directory, &fs) == 0 && (fs.f_flag & ST_RDONLY) != 0) {
    probe.found = std::string(directory) + ", mounted read-only";
    probe.remedy = std::string("mount -o remount,rw ") + directory;
  } else if (::access(instances.c_str(), W_OK | X_OK) != 0) {
    probe.found = instances + ": " + std::strerror(errno);
    probe.remedy = "run it as root";
  } else {
    probe.state = ProbeState::kYes;
    probe.found = directory;
  }
  return probe;
}

Probe probeTracepoints(const std::string& directory) {
  Probe probe{.what = "tracepoints", .required = true};
  std::string required, wished;
  std::size_t present = 0;
  for (const WantedEvent& wanted : wantedEvents()) {
    const std::string path = std::string("events/") + wanted.system + "/" + wanted.name + "/format";
    const ReadResult format = readTracing(directory, path);
    if (format.errorNumber == 0) {
      ++present;
      continue;
    }
    std::string& missing = wanted.required ? required : wished;
    missing += (missing.empty() ? "" : ", ") + std::string(wanted.system) + ":" + wanted.name;
    if (format.errorNumber != ENOENT)
      missing += std::string(" (") + std::strerror(format.errorNumber) + ")";
  }
  const bool complete = required.empty() && wished.empty();
  probe.state = complete           ? ProbeState::kYes
                : required.empty() ? ProbeState::kPartly
                                   : ProbeState::kNo;
  probe.found =
      complete ? "all " + std::to_string(present) + " that are used"
               : "missing: " + required + (required.empty() || wished.empty() ? "" : ", ") + wished;
  probe.matters = required.empty() ? "failed attempts are not seen, or not completely"
                                   : "execs and what belongs to them are not seen";
  probe.remedy = "use a kernel with CONFIG_FTRACE_SYSCALLS";
  return probe;
}

Probe probePrepareExec(const std::string& directory) {
  Probe probe{.what = "sched_prepare_exec", .state = ProbeState::kYes, .found = "there"};
  if (readTracing(directory, "events/sched/sched_prepare_exec/format").errorNumber == 0)
    return probe;
  probe.state = ProbeState::kNo;
  probe.found = "not in this kernel";
  probe.matters = "the interpreter of a #! line is told from the mappings instead";
  probe.remedy = "Linux 6.10 and later have it";
  return probe;
}

Probe probeEntryStrings(const std::string& directory) {
  Probe probe{.what = "strings in sys_enter_execve", .state = ProbeState::kYes, .found = "there"};
  const ReadResult format = readTracing(directory, "events/syscalls/sys_enter_execve/format");
  if (format.bytes.find("__data_loc char[]") != std::string::npos) return probe;
  probe.state = ProbeState::kNo;
  probe.found = "addresses only";
  probe.matters = "paths of failed attempts come from dynamic events or, with a race, from memory";
  return probe;
}

Probe probeDynamicEvents() {
  Probe probe{.what = "dynamic events", .state = ProbeState::kYes};
  const DynamicSupport support = DynamicSource::trySupport();
  const bool entries = support.entries.empty();
  const bool paths = support.paths.empty();
  if (entries && paths) {
    probe.found = "paths and arguments of failed attempts";
    return probe;
  }
  if (entries || paths) {
    probe.found = entries ? "arguments, no paths: " + support.paths
                          : "paths, no arguments: " + support.entries;
    return probe;
  }
  probe.state = ProbeState::kNo;
  probe.found = support.entries;
  probe.matters =
      "paths and arguments of failed attempts are read from memory afterwards, with a race";
  probe.remedy = "use a kernel with CONFIG_KPROBE_EVENTS, as those of distributions are";
  return probe;
}

}  // namespace

std::vector<Probe> probeTracefs() {
  const char* directory = exectrail_tracefs_directory();
  std::vector<Probe> probes = {probeMount(directory)};
  // Who may not look into it learns nothing from the rest.
  if (directory == nullptr || ::access(directory, R_OK | X_OK) != 0) return probes;
  probes.push_back(probeTracepoints(directory));
  probes.push_back(probePrepareExec(directory));
  probes.push_back(probeEntryStrings(directory));
  probes.push_back(probeDynamicEvents());
  return probes;
}

}  // namespace exectrail::recorder
