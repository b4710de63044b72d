#include "recorder/sources/perf_source.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "recorder/kernel/event_formats.h"
#include "recorder/kernel/held_namespaces.h"
#include "recorder/kernel/tracefs_instance.h"
#include "recorder/proc/proc_files.h"
#include "recorder/proc/process_reader.h"
#include "recorder/sources/cgroup_paths.h"
#include "recorder/sources/perf_cpu.h"
#include "recorder/sources/perf_decoder.h"
#include "recorder/sources/stack_completer.h"
#include "trace/errors.h"

namespace exectrail::recorder {
namespace {

constexpr const char* kSystem = "sched";
constexpr const char* kExec = "sched_process_exec";

// A record's size is a number of 16 bits, and there is more in it than the stack.
constexpr std::uint32_t kMostStackBytes = std::uint32_t{48} << 10;

// Smaller rings would be full after a few execs.
constexpr std::uint64_t kStacksPerRing = 16;

std::string text(const char* path) {
  std::string found = readFileAt(AT_FDCWD, path, 4096).bytes;
  if (found.ends_with('\n')) found.pop_back();
  return found;
}

std::vector<int> onlineCpus() {
  const auto cpus = parseCpuList(text("/sys/devices/system/cpu/online"));
  if (!cpus || cpus->empty()) {
    throw EnvironmentError("/sys/devices/system/cpu/online does not name the CPUs; mount sysfs");
  }
  return *cpus;
}

std::string whyRefused(int error) {
  const std::string reason = std::strerror(error);
  switch (error) {
    case EACCES:
    case EPERM:
      return "the kernel refuses perf events (" + reason + ", kernel.perf_event_paranoid is " +
             text("/proc/sys/kernel/perf_event_paranoid") +
             "); run as root, with CAP_PERFMON (and CAP_SYS_ADMIN where that is 3 or more), and "
             "where no seccomp filter forbids it";
    case ENOSYS:
      return "this kernel has no perf events; it takes one built with CONFIG_PERF_EVENTS";
    case EOPNOTSUPP:
      return "this kernel's perf cannot copy user stacks (" + reason + ")";
    case ENOENT:
      return "this kernel's perf does not know the tracepoint sched:sched_process_exec";
    default:
      return "perf events cannot be opened (" + reason + ")";
  }
}

std::string whyNotStarted(int error, const std::string& what) {
  if (error == EPERM && what == "the ring") {
    return "a perf ring of this size is more than RLIMIT_MEMLOCK and kernel.perf_event_mlock_kb (" +
           text("/proc/sys/kernel/perf_event_mlock_kb") +
           ") allow; run with CAP_IPC_LOCK, or raise one of them";
  }
  return "cannot start " + what + " of perf: " + std::strerror(error);
}

// What is needed before a ring can be opened.
struct Plan {
  EventFormats formats;
  PerfExecSettings execs;
  PerfFeatures features;
};

// Fills `plan`, or says why not.
std::optional<std::string> prepare(const PerfSettings& settings, Plan& plan) {
  const char* directory = exectrail_tracefs_directory();
  if (directory == nullptr) {
    return "tracefs is not mounted, and perf finds its tracepoints there; mount it with: mount -t "
           "tracefs tracefs /sys/kernel/tracing";
  }
  const std::string format =
      std::string(directory) + "/events/" + kSystem + "/" + kExec + "/format";
  const ReadResult read = readFileAt(AT_FDCWD, format.c_str(), std::size_t{64} << 10);
  if (read.errorNumber != 0) {
    const bool refused = read.errorNumber == EACCES || read.errorNumber == EPERM;
    return "cannot read " + format + " (" + std::strerror(read.errorNumber) + ")" +
           (refused ? "; run as root" : "");
  }
  plan.formats.add(kSystem, read.bytes);
  const auto id = plan.formats.id(kSystem, kExec);
  if (!id) return format + " is not understood";
  plan.execs.tracepointId = static_cast<std::uint64_t>(*id);
  plan.execs.stackBytes = std::min(settings.stackBytes, kMostStackBytes) / 8 * 8;
  const int error = findPerfFeatures(onlineCpus().front(), plan.execs, plan.features);
  if (error != 0) return whyRefused(error);
  return std::nullopt;
}

}  // namespace

struct PerfSource::State {
  explicit State(const PerfSettings& given)
      : settings(given),
        refusal(prepare(settings, plan)),
        decoder(plan.formats, plan.features, settings.environmentNames),
        completer(decoder.stacks()) {}

  PerfSettings settings;
  Plan plan;
  std::optional<std::string> refusal;
  PerfDecoder decoder;
  StackCompleter completer;
  CgroupPaths cgroups;
  std::vector<PerfCpu> cpus;
  std::vector<UnfinishedStack> unfinished;
  std::uint64_t refreshedNs = 0;
  bool waking = true;
  HeldNamespaces held;

  std::optional<std::string> start(int number);
  void drain(std::span<PerfCpu> from, std::vector<Event>& events);
  void finishStacks();
  void nameCgroups(std::size_t first, std::vector<Event>& events);
  void lose(PerfCpu& cpu, std::uint64_t nowNs, std::vector<Event>& events);
};

// Why the CPU could not be started; also nothing when it has gone offline.
std::optional<std::string> PerfSource::State::start(int number) {
  PerfCpu cpu;
  const char* what = "";
  const std::uint64_t ringBytes =
      std::max(settings.ringBytesPerCpu, kStacksPerRing * plan.execs.stackBytes);
  const int error = cpu.start(number, plan.execs, plan.features, ringBytes, what);
  if (error == 0) {
    if (!waking) cpu.waker.pauseOutput(true);
    cpus.push_back(std::move(cpu));
  }
  if (error == 0 || error == ENODEV) return std::nullopt;
  return whyNotStarted(error, what);
}

void PerfSource::State::drain(std::span<PerfCpu> from, std::vector<Event>& events) {
  const std::size_t first = events.size();
  unfinished.clear();
  for (PerfCpu& cpu : from) {
    cpu.readTo = cpu.ring.head();
    if (cpu.readTo == cpu.ring.tail()) continue;
    decoder.decode(cpu.ring.data(), cpu.ring.tail(), cpu.readTo, cpu.state, events, unfinished);
  }
  finishStacks();
  for (PerfCpu& cpu : from) {
    if (cpu.readTo != cpu.ring.tail()) cpu.ring.release(cpu.readTo);
  }
  for (std::size_t i = first; i < events.size(); ++i) {
    if (const auto* cgroup = std::get_if<CgroupEvent>(&events[i].body)) cgroups.told(cgroup->id);
    const auto* exec = std::get_if<ExecEvent>(&events[i].body);
    if (exec == nullptr || !exec->cgroupId) continue;
    if (auto path = cgroups.ask(*exec->cgroupId)) {
      Event named{events[i].timeNs, events[i].cpu, CgroupEvent{*exec->cgroupId, std::move(*path)},
                  trace::Source::kPerf};
      events.insert(events.begin() + static_cast<std::ptrdiff_t>(i++), std::move(named));
    }
  }
}

// The newest program is the most likely to be alive still.
void PerfSource::State::finishStacks() {
  std::sort(unfinished.begin(), unfinished.end(),
            [](const UnfinishedStack& a, const UnfinishedStack& b) { return a.timeNs > b.timeNs; });
  for (UnfinishedStack& stack : unfinished) {
    completer.complete(stack.tgid, stack.dump, std::move(stack.missing), *stack.reading);
  }
}

// What the counters of a CPU tell and no record did.
void PerfSource::State::lose(PerfCpu& cpu, std::uint64_t nowNs, std::vector<Event>& events) {
  PerfRingState& state = cpu.state;
  const auto add = [&](std::uint64_t fromNs, std::uint64_t lost) {
    events.push_back(lossEvent(nowNs, state.cpu, {trace::Source::kPerf, fromNs, lost}));
    events.back().source = trace::Source::kPerf;
  };
  if (const std::uint64_t lost = cpu.unreportedLost(); lost != 0) {
    add(state.lastNs, lost);
    state.reportedLost += lost;
  }
  if (state.throttledNs) add(*std::exchange(state.throttledNs, std::nullopt), 0);
}

PerfSource::PerfSource(const PerfSettings& settings) : state_(std::make_unique<State>(settings)) {
  if (state_->refusal) throw EnvironmentError(*state_->refusal);
  for (const std::string& missing : state_->decoder.missing()) {
    if (missing.starts_with("sched:sched_process_exec")) {
      throw EnvironmentError("this kernel lacks the tracepoint " + missing + ", which perf needs");
    }
  }
  for (const int cpu : onlineCpus()) {
    if (const auto why = state_->start(cpu)) throw EnvironmentError(*why);
  }
  state_->refreshedNs = monotonicNowNs();
}

PerfSource::~PerfSource() = default;

std::optional<std::string> PerfSource::unsupported() {
  Plan plan;
  return prepare({}, plan);
}

std::vector<std::string> PerfSource::eventNames() const {
  std::vector<std::string> names = {
      "sched:sched_process_exec", "perf:comm", "perf:mmap2", "perf:fork", "perf:exit",
      "perf:namespaces"};
  if (state_->plan.features.cgroup) names.emplace_back("perf:cgroup");
  return names;
}

std::vector<int> PerfSource::descriptors() const {
  std::vector<int> descriptors;
  for (const PerfCpu& cpu : state_->cpus) descriptors.push_back(cpu.waker.descriptor());
  return descriptors;
}

bool PerfSource::wakeAtExecs(bool wake) {
  if (wake == std::exchange(state_->waking, wake)) return false;
  // Fails only where the CPU is gone.
  for (PerfCpu& cpu : state_->cpus) cpu.waker.pauseOutput(!wake);
  return wake;
}

void PerfSource::drain(std::vector<Event>& events) { state_->drain(state_->cpus, events); }

void PerfSource::stop() {
  for (PerfCpu& cpu : state_->cpus) cpu.stop();
}

std::vector<Event> PerfSource::unreportedLosses(std::uint64_t nowNs) {
  std::vector<Event> losses;
  for (PerfCpu& cpu : state_->cpus) state_->lose(cpu, nowNs, losses);
  return losses;
}

std::uint64_t PerfSource::undecodedEvents() const { return state_->decoder.undecoded(); }

bool PerfSource::refreshCpus(std::vector<Event>& events) {
  const std::vector<int> online = onlineCpus();
  const std::uint64_t nowNs = monotonicNowNs();
  const std::uint64_t sinceNs = std::exchange(state_->refreshedNs, nowNs);
  std::vector<PerfCpu>& cpus = state_->cpus;
  bool changed = false;
  for (std::size_t i = 0; i < cpus.size();) {
    const bool isOnline =
        std::find(online.begin(), online.end(), cpus[i].state.cpu) != online.end();
    if (isOnline && cpus[i].stillCounts()) {
      ++i;
      continue;
    }
    state_->drain(std::span(cpus).subspan(i, 1), events);
    state_->lose(cpus[i], nowNs, events);
    cpus.erase(cpus.begin() + static_cast<std::ptrdiff_t>(i));
    changed = true;
  }
  for (const int number : online) {
    const auto isIt = [&](const PerfCpu& cpu) { return cpu.state.cpu == number; };
    if (std::any_of(cpus.begin(), cpus.end(), isIt)) continue;
    state_->start(number);
    // Since when it has been online nobody says: what it did until now is not known.
    const auto cpu = static_cast<std::uint16_t>(number);
    events.push_back(lossEvent(monotonicNowNs(), cpu, {trace::Source::kPerf, sinceNs, 0}));
    events.back().source = trace::Source::kPerf;
    changed = true;
  }
  return changed;
}

}  // namespace exectrail::recorder
