#include "recorder/assembly/process_table.h"

#include <unordered_set>

namespace exectrail::recorder {
namespace {

using trace::EvidenceClass;

// Of <linux/sched.h>.
constexpr std::uint64_t kCloneThread = 0x00010000;
constexpr std::uint64_t kCloneNewAny = 0x7e020000 | 0x80;  // CLONE_NEWNS … CLONE_NEWNET, NEWTIME

// How far apart the two transports' reports of one fork can be.
constexpr std::uint64_t kSameForkNs = 1'000'000'000;

}  // namespace

void ProcessTable::start(const HostSnapshot& snapshot, const VisitSnapshot& visit) {
  for (const auto& [tgid, known] : snapshot) addSnapshot(snapshot, known, visit);
}

// Creators before what they created.
void ProcessTable::addSnapshot(const HostSnapshot& snapshot, const SnapshotProcess& known,
                               const VisitSnapshot& visit) {
  const auto tgid = static_cast<std::int32_t>(known.tgid);
  if (processByTid_.contains(tgid)) return;
  const ProcessReading& reading = known.reading;
  auto process = std::make_shared<Process>();
  processByTid_[tgid] = process;
  for (const std::int32_t tid : known.tids) processByTid_[tid] = process;
  process->image = {known.tgid, 0, startNsOf(reading.startBoottimeNs.value)};
  process->startEvidence = reading.startBoottimeNs.evidence;
  process->tids = known.tids;
  process->login = reading.login;
  process->inScope = scope_ == trace::Scope::kHost;
  const auto parent = snapshot.find(reading.parentPid.value);
  if (reading.parentPid.known() && reading.parentPid.value == 0) {
    process->creator = {{{}, trace::CreatorEdge::kTop}, EvidenceClass::kProcfs};
  } else if (parent != snapshot.end() &&
             parent->second.reading.startBoottimeNs.value <= reading.startBoottimeNs.value) {
    // A younger one has taken over the pid of the parent since this process was read.
    addSnapshot(snapshot, parent->second, visit);
    const auto& creator = processByTid_.at(static_cast<std::int32_t>(parent->first))->image;
    process->creator = {{creator, trace::CreatorEdge::kFork}, EvidenceClass::kProcfs};
  }
  visit(*process, known);
}

ProcessPtr ProcessTable::find(std::int32_t tid) const {
  const auto found = processByTid_.find(tid);
  return found == processByTid_.end() ? nullptr : found->second;
}

ProcessPtr ProcessTable::findOrDiscover(std::int32_t tid, const ProcessReading* reading) {
  ProcessPtr process = find(tid);
  if (process == nullptr && scope_ == trace::Scope::kHost) process = discover(tid, reading);
  return process;
}

ProcessPtr ProcessTable::discover(std::int32_t tgid, const ProcessReading* reading) {
  auto process = std::make_shared<Process>();
  process->image.tgid = static_cast<std::uint32_t>(tgid);
  process->startEvidence.afterGap = lossSeen_;
  if (reading != nullptr && reading->startBoottimeNs.known()) {
    process->image.startNs = startNsOf(reading->startBoottimeNs.value);
    process->startEvidence = reading->startBoottimeNs.evidence;
    if (const ProcessPtr parent = find(static_cast<std::int32_t>(reading->parentPid.value))) {
      process->creator = {{parent->image, trace::CreatorEdge::kFork}, EvidenceClass::kProcfs};
    }
  }
  process->creator.evidence.afterGap = lossSeen_;
  process->tids = {tgid};
  process->inScope = scope_ == trace::Scope::kHost;
  processByTid_[tgid] = process;
  return process;
}

// Each transport reports a fork once, and the child's pid is its own until its exit.
bool ProcessTable::knownFromOtherTransport(const Event& event, const ForkEvent& fork) const {
  const ProcessPtr process = find(fork.childTid);
  return process != nullptr && process->reportedBy && *process->reportedBy != event.source &&
         event.timeNs - process->image.startNs < kSameForkNs;
}

ProcessPtr ProcessTable::fork(const Event& event, const ForkEvent& fork) {
  const auto flags = newTaskFlags_.extract(fork.childTid);
  const std::uint64_t cloneFlags = flags.empty() ? 0 : flags.mapped();
  const bool isThread =
      fork.childTgid != 0 ? fork.childTgid != fork.childTid : (cloneFlags & kCloneThread) != 0;
  if (isThread) {
    const ProcessPtr process = find(fork.creatorTid);
    if (process == nullptr || find(fork.childTid) == process) return nullptr;
    process->tids.push_back(fork.childTid);
    processByTid_[fork.childTid] = process;
    return nullptr;
  }
  if (knownFromOtherTransport(event, fork)) {
    find(fork.childTid)->reportedBy.reset();
    return nullptr;
  }
  const bool isRoot = fork.childTid == rootTgid_;
  const ProcessPtr creator = findOrDiscover(fork.creatorTid, nullptr);
  if (creator == nullptr && !isRoot) return nullptr;

  auto child = std::make_shared<Process>();
  child->image = {static_cast<std::uint32_t>(fork.childTid), 0, event.timeNs};
  child->startEvidence = {EvidenceClass::kKernel};
  child->tids = {fork.childTid};
  child->reportedBy = event.source;
  if (creator != nullptr) {
    child->creator = {{creator->image, trace::CreatorEdge::kFork}, EvidenceClass::kKernel};
    child->login = creator->login;
    child->files.executable = creator->files.executable;
    child->files.unreachable = creator->files.unreachable;
    // The kernel tells of namespaces when they change.
    if (creator->namespaces.known() && (cloneFlags & kCloneNewAny) == 0) {
      child->namespaces = {creator->namespaces.value, EvidenceClass::kInferred};
    }
  }
  child->inScope = scope_ == trace::Scope::kHost || isRoot || (creator && creator->inScope);
  processByTid_[fork.childTid] = child;
  return child;
}

void ProcessTable::replaceImage(const ProcessPtr& process, std::int32_t tgid) {
  // The calling thread takes the place of the leader; the others are gone.
  for (const std::int32_t tid : process->tids) processByTid_.erase(tid);
  process->tids = {tgid};
  processByTid_[tgid] = process;
  ++process->image.execNumber;
  process->failures = {};
  process->files = {};
}

ProcessPtr ProcessTable::exit(const ExitEvent& event) {
  newTaskFlags_.erase(event.tid);
  ProcessPtr process = find(event.tid);
  if (process == nullptr) return nullptr;
  processByTid_.erase(event.tid);
  std::erase(process->tids, event.tid);
  // Without groupDead the last thread we know of ends the process.
  if (!event.groupDead.value_or(process->tids.empty())) return nullptr;
  for (const std::int32_t tid : process->tids) processByTid_.erase(tid);
  process->tids.clear();
  return process;
}

std::uint64_t ProcessTable::startNsOf(std::uint64_t boottimeNs) const {
  const std::uint64_t suspendedNs = clock_.boottimeNs - clock_.monotonicNs;
  return boottimeNs > suspendedNs ? boottimeNs - suspendedNs : 1;  // 0 stands for not known
}

bool ProcessTable::isSameStart(const Process& process, std::uint64_t readBoottimeNs) const {
  if (process.image.startNs == 0) return true;
  // /proc counts in ticks and takes the time a moment before the fork event.
  const std::uint64_t startNs = process.image.startNs;
  const std::uint64_t readNs = startNsOf(readBoottimeNs);
  const std::uint64_t apartNs = startNs > readNs ? startNs - readNs : readNs - startNs;
  return apartNs <= 2 * clockTickNs();
}

std::size_t ProcessTable::liveProcesses() const {
  std::size_t live = 0;
  forEach([&live](const Process& process) { live += process.inScope ? 1 : 0; });
  return live;
}

void ProcessTable::forEach(const std::function<void(Process&)>& visit) const {
  std::unordered_set<const Process*> seen;
  for (const auto& [tid, process] : processByTid_) {
    if (seen.insert(process.get()).second) visit(*process);
  }
}

}  // namespace exectrail::recorder
