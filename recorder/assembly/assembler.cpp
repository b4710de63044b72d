#include "recorder/assembly/assembler.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "recorder/assembly/failed_attempts.h"
#include "recorder/assembly/mapped_files.h"
#include "recorder/assembly/shell_fallback.h"
#include "recorder/proc/entry_reader.h"

namespace exectrail::recorder {
namespace {

using trace::EvidenceClass;

// What stands before a path that leads nowhere from any root, as getcwd(2) has it.
constexpr const char* kUnreachable = "(unreachable)";

trace::Field<trace::Bytes> view(const trace::Field<std::string>& field) {
  return {trace::Bytes(field.value), field.evidence};
}

trace::Field<trace::Arguments> view(const trace::Field<std::vector<std::string>>& field) {
  return {trace::Arguments(field.value.begin(), field.value.end()), field.evidence};
}

}  // namespace

Assembler::Assembler(const AssemblerSettings& settings, Emit emit, const OrderedMerge& upcoming,
                     const FileKnowledge& files)
    : settings_(settings),
      emit_(std::move(emit)),
      upcoming_(upcoming),
      files_(files),
      processes_(settings.scope, settings.clock) {}

void Assembler::start(const HostSnapshot& snapshot) {
  processes_.start(snapshot, [this](const Process& process, const SnapshotProcess& known) {
    trace::Snapshot record;
    trace::Context context;
    record.image.context = &context;
    if (!known.imageReplaced) fillImage(known.reading, record.image, context);
    record.image.id = process.image;
    record.image.startEvidence = process.startEvidence;
    record.image.creator = process.creator;
    emit_({settings_.clock.monotonicNs, trace::kCpuNotKnown, std::move(record)});
  });
}

void Assembler::receive(const Event& event) {
  std::visit([&](const auto& body) { on(event, body); }, event.body);
}

void Assembler::on(const Event&, const NewTaskEvent& body) { processes_.newTask(body); }

void Assembler::on(const Event& event, const ForkEvent& body) {
  const ProcessPtr before = processes_.find(body.childTid);
  const ProcessPtr child = processes_.fork(event, body);
  // Its exit was not seen, and nobody else would tell of its attempts.
  if (child != nullptr && before != nullptr && before->inScope) emitTalliesOf(event, *before);
  if (child == nullptr || !child->inScope) return;
  ++counts_.forks;
  emit(event, trace::Fork{child->creator.value.id, child->image, body.childComm});
}

void Assembler::on(const Event&, const PrepareExecEvent& body) {
  SideBand& sideBand = underWay_[body.tid].sideBand;
  sideBand.interp = body.interp;
  sideBand.filename = body.filename;
}

void Assembler::on(const Event&, const CommEvent& body) {
  if (!body.byExec) return;
  UnderWay& underWay = underWay_[body.tid];
  underWay.sideBand.comm = body.comm;
  underWay.sideBand.maps.clear();
  underWay.replacing = true;
}

void Assembler::on(const Event& event, const MapEvent& body) {
  const auto underWay = underWay_.find(body.tid);
  if (underWay != underWay_.end() && underWay->second.replacing) {
    auto& maps = underWay->second.sideBand.maps;
    if (maps.size() < kMostMappings) maps.push_back(body);
    return;
  }
  const ProcessPtr process = processes_.find(body.tgid);
  if (process != nullptr && process->inScope) emitMapping(event, *process, body);
}

void Assembler::emitMapping(const Event& event, Process& process, const MapEvent& map) {
  const auto role = noteMapping(process.files, map);
  if (!role) return;
  if (process.files.reported.size() > kMostMappings) {
    ++counts_.mappingsNotKept;
    return;
  }
  emit(event, trace::Mapping{process.image,
                             {trace::Bytes(map.path), EvidenceClass::kKernel},
                             {map.identity, EvidenceClass::kKernel},
                             *role});
}

void Assembler::on(const Event&, const NamespacesEvent& body) {
  if (const ProcessPtr process = processes_.find(body.tgid)) {
    process->namespaces = {body.namespaces, EvidenceClass::kKernel};
  }
}

void Assembler::on(const Event&, const CgroupEvent& body) { cgroups_[body.id] = body.path; }

void Assembler::on(const Event& event, const ExecEvent& body) {
  ProcessPtr process = processes_.find(body.oldTid);
  if (process == nullptr) process = processes_.find(body.tgid);  // its creation was lost
  if (process == nullptr) process = processes_.findOrDiscover(body.tgid, body.reading.get());
  // An exec by another thread becomes the leader before its new image is set up.
  if (body.oldTid != body.tgid) underWay_.erase(body.oldTid);
  const auto underWay = underWay_.extract(body.tgid);
  if (process == nullptr) return forgetHash(body);
  emitTalliesOf(event, *process);
  const MappedFiles before = std::move(process->files);
  processes_.replaceImage(process, body.tgid);
  process->replacedNs = event.timeNs;
  if (!process->inScope) return forgetHash(body);

  static const SideBand kNothing;
  const SideBand& sideBand = underWay.empty() ? kNothing : underWay.mapped().sideBand;
  ExecEvidence evidence{body, sideBand};
  if (usable(body.reading.get(), *process, body.tgid)) evidence.reading = body.reading.get();
  evidence.namespaces = process->namespaces;
  if (evidence.reading != nullptr && evidence.reading->login.known()) {
    process->login = evidence.reading->login;
  }
  evidence.login = process->login;
  const bool unreachable = isUnreachable(evidence, before, body.tgid);
  if (unreachable) {
    evidence.unreachablePath = kUnreachable + evidence.reading->executable.value;
  }
  if (!sideBand.maps.empty() && sideBand.maps.front().identity.inode != 0) {
    evidence.file = factsOf(sideBand.maps.front(), event.timeNs, evidence.reading);
    findRoot(sideBand.maps.front(), evidence);
  }
  if (body.cgroupId) {
    const auto cgroup = cgroups_.find(*body.cgroupId);
    if (cgroup != cgroups_.end()) evidence.cgroup = &cgroup->second;
  }
  trace::Exec exec;
  trace::Context context;
  fillExec(evidence, exec, context);
  const trace::Field<std::string> sha256 = hashOf(body.reading.get(), evidence, process->image);
  exec.image.sha256 = view(sha256);
  exec.image.id = process->image;
  exec.image.startEvidence = process->startEvidence;
  exec.image.creator = process->creator;
  ++counts_.execs;
  emit(event, std::move(exec));

  if (sideBand.maps.empty()) return;
  process->files.executable = sideBand.maps.front().identity;
  process->files.unreachable = unreachable;
  process->files.awaitsLoaderTarget = isLoader(sideBand.maps.front().path);
  for (const MapEvent& map : sideBand.maps) {
    // The kernel maps a program's interpreter itself; a loader started as a program has none.
    emitMapping(event, *process, map);
  }
}

void Assembler::on(const Event&, const EnterEvent&) {
  // Tells the merge when a caller has gone on; its reading is that of the failure.
}

void Assembler::on(const Event&, const OpenEvent&) {
  // Has become part of the failure's reading.
}

void Assembler::on(const Event& event, const FailEvent& body) {
  underWay_.erase(body.tid);
  const ProcessPtr process = processes_.findOrDiscover(body.tid, nullptr);
  if (process == nullptr || !process->inScope) return;
  // A call that a seccomp filter refuses has no entry: the one that is known may be of the call
  // before, which has succeeded.
  const EntryReading* const known = body.reading.get();
  const bool own =
      known != nullptr && (known->calledNs == 0 || known->calledNs >= process->replacedNs);
  // What was read of memory when the caller had gone on is nobody's.
  const bool memoryStands =
      own && !upcoming_.memoryInDoubt(body.tid, body.reading->endNs, body.filenameAddress);
  static const trace::Field<bool> kUnknown;
  const bool kept =
      keepAttempt(process->failures, settings_.failed, event.timeNs, body.errorNumber,
                  memoryStands || (own && known->pathCopied) ? known->targetExists : kUnknown);
  if (!kept) {
    ++counts_.attemptsNotKept;
    return;
  }
  trace::Attempt attempt;
  attempt.caller = process->image;
  attempt.number = process->failures.kept;
  attempt.tid = static_cast<std::uint32_t>(body.tid);
  attempt.errorNumber = body.errorNumber;
  attempt.systemCall = body.systemCall;
  if (own) {
    // What the kernel copied during the call stands in any case.
    const EntryReading& reading = *known;
    if (reading.pathCopied || memoryStands) attempt.typedPath = view(reading.typedPath);
    if (reading.argumentsCopied || memoryStands) attempt.arguments = view(reading.arguments);
    attempt.workingDirectory = view(reading.workingDirectory);
  }
  if (body.errorNumber == ENOEXEC && !attempt.typedPath.known()) {
    const auto refused = refusedBefore(upcoming_.execRightAfter(body.tid));
    if (refused.known()) attempt.typedPath = refused;
  }
  ++counts_.attempts;
  emit(event, std::move(attempt));
}

void Assembler::on(const Event& event, const ExitEvent& body) {
  const auto underWay = underWay_.find(body.tid);
  if (underWay != underWay_.end()) {
    // perf also reports an exit when an exec takes a process out of others' sight: a program with
    // the set-user-id bit, or one that may not be read (perf_event_exit_task in begin_new_exec).
    if (event.source == trace::Source::kPerf && underWay->second.replacing) return;
    underWay_.erase(underWay);
  }
  const ProcessPtr process = processes_.exit(body);
  if (process == nullptr || !process->inScope) return;
  emitTalliesOf(event, *process);
  trace::Exit exit{process->image, {}};
  if (const auto status = upcoming_.exitStatusOf(body.tid)) {
    exit.status = {*status, EvidenceClass::kKernel};
  }
  ++counts_.exits;
  emit(event, std::move(exit));
}

void Assembler::on(const Event&, const ExitStatusEvent&) {
  // Taken from the merge when its exit came.
}

void Assembler::on(const Event& event, const LossEvent& body) {
  processes_.setLossSeen();
  ++counts_.gaps;
  counts_.lostEvents += body.lostEvents;
  const std::uint64_t fromNs = std::max(body.fromNs, settings_.clock.monotonicNs);
  emit(event, trace::Gap{body.source, fromNs, event.timeNs, body.lostEvents});
}

void Assembler::emit(const Event& event, trace::RecordBody body) {
  counts_.timeNs = std::max(counts_.timeNs, event.timeNs);
  emit_({event.timeNs, event.cpu, std::move(body)});
}

void Assembler::emitTalliesOf(const Event& event, Process& process) {
  takeTallies(process, [&](const trace::AttemptTally& tally) { emit(event, tally); });
}

void Assembler::emitTallies(std::uint64_t nowNs) {
  Event event;
  event.timeNs = nowNs;
  event.cpu = trace::kCpuNotKnown;
  processes_.forEach([&](Process& process) {
    if (process.inScope) emitTalliesOf(event, process);
  });
}

trace::Field<trace::FileFacts> Assembler::factsOf(const MapEvent& mapped, std::uint64_t execNs,
                                                  const ProcessReading* reading) {
  trace::Field<trace::FileFacts> read;
  if (reading != nullptr) read = reading->file;
  if (files_.facts != nullptr)
    return files_.facts->read(mapped.identity, mapped.path, execNs, read);
  // Device numbers of the two need not agree on every file system; inodes do.
  const bool same = !read.known() || read.value.inode == mapped.identity.inode;
  return same ? read : trace::Field<trace::FileFacts>::unreadable(ESTALE);
}

// In our own mount namespace a path from its root leads to the file, or did so before. In another
// one nobody can look without a process that lives there.
void Assembler::findRoot(const MapEvent& mapped, ExecEvidence& evidence) {
  if (files_.facts == nullptr || !evidence.namespaces.known() ||
      evidence.namespaces.value.mount != files_.facts->mountNamespace()) {
    return;
  }
  if (evidence.reading != nullptr && evidence.reading->executable.known()) {
    const std::string& path = evidence.unreachablePath.empty() ? evidence.reading->executable.value
                                                               : evidence.unreachablePath;
    if (path.ends_with(mapped.path)) files_.facts->seen(mapped.identity, path);
    return;
  }
  // What lies in memory alone has a name of the kernel's, and no root.
  if (mapped.path.starts_with("/memfd:")) return;
  evidence.knownPath = files_.facts->pathTo(mapped.identity);
  evidence.rootKnown = evidence.knownPath != nullptr && *evidence.knownPath == mapped.path;
}

// Of a tree that an open directory leads to and no path (open_tree, fsmount, a lazy umount), the
// kernel's paths begin at the root of that tree.
bool Assembler::isUnreachable(const ExecEvidence& evidence, const MappedFiles& before,
                              std::int32_t tgid) {
  const ProcessReading* const reading = evidence.reading;
  if (files_.mounts == nullptr || reading == nullptr || reading->mountId == 0) return false;
  // What lies in memory alone, and a file that is a mount's root, have names that say so.
  const std::string& path = reading->executable.value;
  if (!path.starts_with('/') || path == "/" || path.starts_with("/memfd:")) return false;
  if (!evidence.namespaces.known() || evidence.sideBand.maps.empty()) return false;
  const auto held = files_.mounts->holds(evidence.namespaces.value.mount, tgid, reading->mountId,
                                         monotonicNowNs());
  if (held.value_or(true)) return false;
  // Who leaves a mount namespace and executes itself again (/proc/self/exe) has it from there.
  return before.executable != evidence.sideBand.maps.front().identity || before.unreachable;
}

trace::Field<std::string> Assembler::hashOf(const ProcessReading* reading,
                                            const ExecEvidence& evidence,
                                            const trace::ImageId& image) {
  if (files_.hasher == nullptr) return {};
  if (reading != nullptr && reading->hashTicket != 0) {
    // One that is of another image by now would be told as this one's.
    if (evidence.reading == reading) {
      files_.hasher->name(reading->hashTicket, image);
    } else {
      files_.hasher->forget(reading->hashTicket);
    }
  }
  trace::Field<std::string> sha256;
  if (evidence.reading != nullptr) sha256 = evidence.reading->sha256;
  if (sha256.known() || !evidence.file.known()) return sha256;
  trace::Field<std::string> remembered = files_.hasher->remembered(evidence.file.value);
  return remembered.known() ? remembered : sha256;
}

void Assembler::forgetHash(const ExecEvent& exec) {
  if (files_.hasher != nullptr && exec.reading) files_.hasher->forget(exec.reading->hashTicket);
}

bool Assembler::usable(const ProcessReading* reading, const Process& process,
                       std::int32_t tgid) const {
  if (reading == nullptr) return false;
  // Another exec of the process before the reading ended: whose facts are they?
  const std::uint64_t nextNs = upcoming_.nextExecOf(tgid);
  if (nextNs != 0 && nextNs <= reading->endNs) return false;
  // The pid may belong to another process by now.
  return !reading->startBoottimeNs.known() ||
         processes_.isSameStart(process, reading->startBoottimeNs.value);
}

}  // namespace exectrail::recorder
