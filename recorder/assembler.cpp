#include "recorder/assembler.h"

#include <algorithm>
#include <utility>

#include "recorder/failed_policy.h"
#include "recorder/proc/entry_reader.h"

namespace exectrail::recorder {
namespace {

using trace::EvidenceClass;

constexpr std::uint64_t kCloneThread = 0x00010000;  // CLONE_THREAD of <linux/sched.h>

trace::Field<trace::Bytes> view(const trace::Field<std::string>& field) {
  return {trace::Bytes(field.value), field.evidence};
}

trace::Field<trace::Arguments> view(const trace::Field<std::vector<std::string>>& field) {
  return {trace::Arguments(field.value.begin(), field.value.end()), field.evidence};
}

}  // namespace

struct Assembler::Process {
  trace::ImageId image;  // the one that runs
  trace::Evidence startEvidence;
  trace::Field<trace::Creator> creator;
  std::vector<std::int32_t> tids;
  std::uint32_t attempts = 0;  // of the running image
  bool inScope = false;
};

Assembler::Assembler(const AssemblerSettings& settings, Emit emit, const OrderedMerge& upcoming)
    : settings_(settings), emit_(std::move(emit)), upcoming_(upcoming) {}

Assembler::~Assembler() = default;

void Assembler::start(const HostSnapshot& snapshot) {
  for (const auto& [tgid, known] : snapshot) addSnapshot(snapshot, known);
}

// Creators before what they created.
void Assembler::addSnapshot(const HostSnapshot& snapshot, const SnapshotProcess& known) {
  const auto tgid = static_cast<std::int32_t>(known.tgid);
  if (processByTid_.contains(tgid)) return;
  const ProcessReading& reading = known.reading;
  auto process = std::make_shared<Process>();
  processByTid_[tgid] = process;
  for (const std::int32_t tid : known.tids) processByTid_[tid] = process;
  process->image = {known.tgid, 0, startNsOf(reading.startBoottimeNs.value)};
  process->startEvidence = reading.startBoottimeNs.evidence;
  process->tids = known.tids;
  process->inScope = settings_.scope == trace::Scope::kHost;
  const auto parent = snapshot.find(reading.parentPid.value);
  if (reading.parentPid.known() && reading.parentPid.value == 0) {
    process->creator = {{{}, trace::CreatorEdge::kTop}, EvidenceClass::kProcfs};
  } else if (parent != snapshot.end() &&
             parent->second.reading.startBoottimeNs.value <= reading.startBoottimeNs.value) {
    // A younger one has taken over the pid of the parent since this process was read.
    addSnapshot(snapshot, parent->second);
    const auto& creator = processByTid_.at(static_cast<std::int32_t>(parent->first))->image;
    process->creator = {{creator, trace::CreatorEdge::kFork}, EvidenceClass::kProcfs};
  }
  trace::Snapshot record;
  trace::Context context;
  record.image.context = &context;
  if (!known.imageReplaced) fillImage(reading, record.image, context);
  record.image.id = process->image;
  record.image.startEvidence = process->startEvidence;
  record.image.creator = process->creator;
  emit_({settings_.clock.monotonicNs, trace::kCpuNotKnown, std::move(record)});
}

void Assembler::receive(const Event& event) {
  std::visit(
      [&](const auto& body) {
        if constexpr (requires { on(event, body); }) on(event, body);
      },
      event.body);
}

void Assembler::on(const Event&, const NewTaskEvent& body) {
  newTaskFlags_[body.childTid] = body.cloneFlags;
}

void Assembler::on(const Event& event, const ForkEvent& body) {
  const auto flags = newTaskFlags_.extract(body.childTid);
  ProcessPtr creator = find(body.creatorTid);
  if (!flags.empty() && (flags.mapped() & kCloneThread) != 0) {
    if (creator == nullptr) return;
    creator->tids.push_back(body.childTid);
    processByTid_[body.childTid] = std::move(creator);
    return;
  }
  const bool isRoot = body.childTid == rootTgid_;
  if (creator == nullptr && settings_.scope == trace::Scope::kHost) {
    creator = discover(body.creatorTid, nullptr);
  }
  if (creator == nullptr && !isRoot) return;

  auto child = std::make_shared<Process>();
  child->image = {static_cast<std::uint32_t>(body.childTid), 0, event.timeNs};
  child->startEvidence = {EvidenceClass::kKernel};
  child->tids = {body.childTid};
  if (creator != nullptr) {
    child->creator = {{creator->image, trace::CreatorEdge::kFork}, EvidenceClass::kKernel};
  }
  child->inScope =
      settings_.scope == trace::Scope::kHost || isRoot || (creator && creator->inScope);
  processByTid_[body.childTid] = child;
  if (!child->inScope) return;
  ++counts_.forks;
  emit(event,
       trace::Fork{creator ? creator->image : trace::ImageId{}, child->image, body.childComm});
}

void Assembler::on(const Event& event, const ExecEvent& body) {
  ProcessPtr process = find(body.oldTid);
  if (process == nullptr) process = find(body.tgid);  // the thread's creation was lost
  if (process == nullptr) {
    if (settings_.scope == trace::Scope::kSubtree) return;
    process = discover(body.tgid, body.reading.get());
  }
  // The calling thread takes the place of the leader; the others are gone.
  for (const std::int32_t tid : process->tids) processByTid_.erase(tid);
  process->tids = {body.tgid};
  processByTid_[body.tgid] = process;
  ++process->image.execNumber;
  process->attempts = 0;
  const auto entered = entered_.extract(body.oldTid);
  if (!process->inScope) return;

  trace::Exec exec;
  trace::Image& image = exec.image;
  trace::Context context;
  image.context = &context;
  if (usable(body.reading.get(), *process, body.tgid)) fillImage(*body.reading, image, context);
  if (!entered.empty() && entered.mapped().reading) {
    // exec does not change the working directory. The arguments of the entry are of no use: the
    // memory they were read from may have been the new image's already.
    const EntryReading& entry = *entered.mapped().reading;
    if (!image.workingDirectory.known()) image.workingDirectory = view(entry.workingDirectory);
  }
  image.id = process->image;
  image.startEvidence = process->startEvidence;
  image.creator = process->creator;
  exec.typedPath = {trace::Bytes(body.filename), EvidenceClass::kKernel};
  exec.tid = static_cast<std::uint32_t>(body.oldTid);
  ++counts_.execs;
  emit(event, std::move(exec));
}

void Assembler::on(const Event&, const EnterEvent& body) { entered_[body.tid] = body; }

void Assembler::on(const Event& event, const FailEvent& body) {
  const auto entered = entered_.extract(body.tid);
  ProcessPtr process = find(body.tid);
  if (process == nullptr) {
    if (settings_.scope == trace::Scope::kSubtree) return;
    process = discover(body.tid, nullptr);
  }
  if (!process->inScope) return;
  if (!keepsFailure(settings_.failed, body.errorNumber)) {
    ++counts_.attemptsNotKept;
    return;
  }
  trace::Attempt attempt;
  attempt.caller = process->image;
  attempt.number = ++process->attempts;
  attempt.tid = static_cast<std::uint32_t>(body.tid);
  attempt.errorNumber = body.errorNumber;
  attempt.systemCall = body.systemCall;
  if (!entered.empty() && entered.mapped().reading) {
    const EntryReading& entry = *entered.mapped().reading;
    if (!upcoming_.memoryInDoubt(body.tid, entry.endNs)) {
      attempt.typedPath = view(entry.typedPath);
      attempt.arguments = view(entry.arguments);
    }
    attempt.workingDirectory = view(entry.workingDirectory);
  }
  ++counts_.attempts;
  emit(event, std::move(attempt));
}

void Assembler::on(const Event& event, const ExitEvent& body) {
  entered_.erase(body.tid);
  newTaskFlags_.erase(body.tid);
  const ProcessPtr process = find(body.tid);
  if (process == nullptr) return;
  processByTid_.erase(body.tid);
  std::erase(process->tids, body.tid);
  // Without groupDead the last thread we know of ends the process.
  if (body.groupDead.value_or(process->tids.empty())) endProcess(event, process);
}

void Assembler::on(const Event& event, const LossEvent& body) {
  lossSeen_ = true;
  ++counts_.gaps;
  counts_.lostEvents += body.lostEvents;
  const std::uint64_t fromNs = std::max(body.fromNs, settings_.clock.monotonicNs);
  emit(event, trace::Gap{body.source, fromNs, event.timeNs, body.lostEvents});
}

Assembler::ProcessPtr Assembler::find(std::int32_t tid) const {
  const auto found = processByTid_.find(tid);
  return found == processByTid_.end() ? nullptr : found->second;
}

Assembler::ProcessPtr Assembler::discover(std::int32_t tgid, const ProcessReading* reading) {
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
  process->inScope = settings_.scope == trace::Scope::kHost;
  processByTid_[tgid] = process;
  return process;
}

void Assembler::emit(const Event& event, trace::RecordBody body) {
  counts_.timeNs = std::max(counts_.timeNs, event.timeNs);
  emit_({event.timeNs, event.cpu, std::move(body)});
}

std::uint64_t Assembler::startNsOf(std::uint64_t boottimeNs) const {
  const std::uint64_t suspendedNs = settings_.clock.boottimeNs - settings_.clock.monotonicNs;
  return boottimeNs > suspendedNs ? boottimeNs - suspendedNs : 1;  // 0 stands for not known
}

void Assembler::endProcess(const Event& event, const ProcessPtr& process) {
  for (const std::int32_t tid : process->tids) processByTid_.erase(tid);
  process->tids.clear();
  if (!process->inScope) return;
  ++counts_.exits;
  emit(event, trace::Exit{process->image, {}});
}

bool Assembler::usable(const ProcessReading* reading, const Process& process,
                       std::int32_t tgid) const {
  if (reading == nullptr) return false;
  // Another exec of the process before the reading ended: whose facts are they?
  const std::uint64_t nextNs = upcoming_.nextExecOf(tgid);
  if (nextNs != 0 && nextNs <= reading->endNs) return false;
  if (!reading->startBoottimeNs.known() || process.image.startNs == 0) return true;
  // The pid may belong to another process by now. /proc counts in ticks and takes the time a moment
  // before the fork event.
  const std::uint64_t startNs = process.image.startNs;
  const std::uint64_t readNs = startNsOf(reading->startBoottimeNs.value);
  const std::uint64_t apartNs = startNs > readNs ? startNs - readNs : readNs - startNs;
  return apartNs <= 2 * clockTickNs();
}

}  // namespace exectrail::recorder
