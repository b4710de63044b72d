#include "recorder/pipeline.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "recorder/events/stack_reading.h"
#include "recorder/realtime.h"

namespace exectrail::recorder {
namespace {

// All sources are drained this often while something happens, or less often, as the execs are: what
// they hold is not short-lived, and every look costs system calls.
constexpr std::uint64_t kBatchNs = 1'000'000;

// An exec is looked after as soon as it can be passed on, but no more often than this.
constexpr std::uint64_t kShortestNs = 200'000;

// And this often when nothing does. Now and then an event wakes nobody: with what it takes from a
// look to the disk, nothing is to be older than 100 ms if the recorder is killed.
constexpr std::uint64_t kIdleNs = 50'000'000;

// Entries of calls that do not fail wake nobody; their buffer is emptied before it is full.
constexpr std::uint64_t kEntriesNs = 50'000'000;

// While events are taken together, batches grow to hold what happens in this time.
constexpr std::uint64_t kSealAtLatestNs = 5'000'000;
constexpr std::uint64_t kHashesNs = 2'000'000'000;
constexpr std::uint64_t kBeatNs = 10'000'000'000;

}  // namespace

trace::Header withSources(trace::Header header, const Sources& sources) {
  header.capture.sources = sources.kinds();
  header.capture.events = sources.eventNames();
  header.capture.sourceNotes = sources.notes();
  return header;
}

Pipeline::Pipeline(trace::Header header, Sources& sources, BatchSink& sink, bool hash)
    : header_(std::move(header)),
      sources_(sources),
      sink_(sink),
      sealer_(sink),
      hasher_(hash && sources.uses(trace::Source::kProcfs) ? std::make_optional<FileHasher>()
                                                           : std::nullopt),
      observer_(header_.capture.failed, header_.capture.environmentNames,
                {sources.uses(trace::Source::kProcfs), hasher_ ? &*hasher_ : nullptr,
                 sources.uses(trace::Source::kPerf)}),
      merge_({sources.reportsExecsTwice(), sources.reportsStatuses()}),
      assembler_(
          {header_.capture.scope, header_.capture.failed, header_.clock},
          [this](const trace::Record& record) { write(record); }, merge_,
          {sources.uses(trace::Source::kProcfs) ? &files_ : nullptr, hasher_ ? &*hasher_ : nullptr,
           sources.uses(trace::Source::kProcfs) ? &mounts_ : nullptr}),
      mounts_([this](const trace::MountTable& table) {
        sealer_.add({asideNs_, trace::kCpuNotKnown, table});
      }),
      readProc_(sources.uses(trace::Source::kProcfs)) {}

void Pipeline::write(const trace::Record& record) {
  report_.see(record);
  sealer_.add(record);
  const auto* exec = std::get_if<trace::Exec>(&record.body);
  if (exec == nullptr || !readProc_) return;
  const auto& namespaces = exec->image.context->namespaces;
  asideNs_ = record.timeNs;
  if (namespaces.known()) {
    mounts_.seen(namespaces.value.mount, static_cast<std::int32_t>(exec->image.id.tgid),
                 monotonicNowNs());
  }
}

void Pipeline::start() {
  const bool wholeHost = header_.capture.scope == trace::Scope::kHost;
  HostSnapshot snapshot = wholeHost
                              ? snapshotHost(header_.capture.environmentNames)
                              : snapshotAncestors(::getpid(), header_.capture.environmentNames);
  // What happened while the snapshot was taken decides about it.
  std::vector<Event> events;
  lookedNs_ = beatNs_ = failuresDrainedNs_ = monotonicNowNs();
  sources_.drainExecs(events);
  sources_.drainFailures(events);
  sources_.drainRest(events);
  OrderedMerge::sort(events);
  reconcile(snapshot, events);
  assembler_.start(snapshot);
  asideNs_ = header_.clock.monotonicNs;
  if (readProc_) mounts_.start(lookedNs_);
  observer_.readExecs(events, false);
  merge_.add(std::move(events));
  release(lookedNs_);
}

void Pipeline::add(std::vector<Event>&& events) {
  OrderedMerge::sort(events);
  merge_.add(std::move(events));
}

void Pipeline::drainExecs(std::uint64_t nowNs) {
  std::vector<Event> events;
  sources_.drainExecs(events);
  OrderedMerge::sort(events);
  observer_.readExecs(events, execs_.together());
  pace(nowNs, events);
  // Where one is not granted, the other goes on.
  if (const bool urgent = execs_.urgent(); urgent != std::exchange(realtime_, urgent)) {
    urgent ? enterRealtime() : leaveRealtime();
  }
  merge_.add(std::move(events));
  // What came before we were to be woken again has not done so.
  if (sources_.wakeAtExecs(!execs_.together())) drainExecs(nowNs);
}

void Pipeline::pace(std::uint64_t nowNs, const std::vector<Event>& execs) {
  std::uint64_t count = 0;
  std::uint64_t needy = 0;
  for (const Event& event : execs) {
    const auto* exec = std::get_if<ExecEvent>(&event.body);
    if (exec == nullptr) continue;
    ++count;
    const bool copied = exec->stack && exec->stack->arguments.evidence.evidenceClass ==
                                           trace::EvidenceClass::kImage;
    if (!copied) ++needy;
  }
  execs_.drained(nowNs, count, needy);
}

std::size_t Pipeline::drainFailures() {
  std::vector<Event> events;
  sources_.drainFailures(events);
  const std::size_t count = events.size();
  OrderedMerge::sort(events);
  observer_.readFailures(events);
  merge_.add(std::move(events));
  return count;
}

void Pipeline::step() {
  sink_.check();
  if (sink_.full()) return;
  look(monotonicNowNs());
  // While an exec's process was read, the time has come to pass it on.
  if (const std::uint64_t nowNs = monotonicNowNs(); nowNs >= dueNs()) look(nowNs);
}

void Pipeline::look(std::uint64_t nowNs) {
  // Failures first: their callers are the quickest to go on.
  if (nowNs >= flood_.untilNs()) {
    if (nowNs - entriesDrainedNs_ >= kEntriesNs || sources_.failuresReady()) {
      entriesDrainedNs_ = nowNs;
      flood_.drained(nowNs, drainFailures());
    }
    failuresDrainedNs_ = nowNs;
  }
  if (nowNs < execs_.againNs()) return;
  drainExecs(nowNs);
  if (nowNs < nextLookNs()) return;
  lookedNs_ = nowNs;
  std::vector<Event> events;
  sources_.drainRest(events);
  add(std::move(events));
  // An exec that only one of two transports has seen, it seems.
  if (readProc_) {
    merge_.forEachUnread(nowNs - kBatchNs, [this](ExecEvent& exec) { observer_.read(exec); });
  }
  const std::uint64_t drainedNs = std::min(nowNs, failuresDrainedNs_);
  release(drainedNs);
  asideNs_ = drainedNs - OrderedMerge::kSettleNs;
  if (readProc_) mounts_.step(nowNs);
  collectHashes();
  if (nowNs - beatNs_ >= kBeatNs) beat(nowNs);
}

// When all sources are to be drained again, if anything happens at all.
std::uint64_t Pipeline::nextLookNs() const {
  const std::uint64_t regularNs = lookedNs_ + kBatchNs;
  if (execs_.together()) return regularNs;
  const auto execNs = merge_.execDueNs(lookedNs_);
  // Also if the last look was long ago: one look takes what the exec and its twin have to say.
  return execNs ? std::max(*execNs, lookedNs_ + kShortestNs) : regularNs;
}

void Pipeline::release(std::uint64_t drainedNs) {
  bool execs = false;
  merge_.release(drainedNs, [this, &execs](Event& event) {
    execs = execs || std::holds_alternative<ExecEvent>(event.body) ||
            std::holds_alternative<FailEvent>(event.body);
    assembler_.receive(event);
  });
  // A batch is sealed as soon as it says something that may be an alert, or nothing more is coming,
  // so that whoever follows the trace lags by little; at high rates batches grow.
  const bool many = execs_.together() || flood_.untilNs() != 0;
  const bool soon = merge_.empty() || (execs && !many);
  if (soon || drainedNs - sealedNs_ >= kSealAtLatestNs) {
    sealer_.flush();
    sealedNs_ = drainedNs;
  }
}

void Pipeline::beat(std::uint64_t nowNs) {
  beatNs_ = nowNs;
  std::vector<Event> events;
  sources_.refreshCpus(events);
  add(std::move(events));
  assembler_.emitTallies(nowNs);
  const trace::End& counts = assembler_.counts();
  sealer_.add({nowNs, trace::kCpuNotKnown,
               trace::Heartbeat{counts.execs, counts.attempts, counts.lostEvents, {}}});
}

void Pipeline::collectHashes() {
  if (!hasher_) return;
  hasher_->collect([this](const trace::FileHash& hash) {
    sealer_.add({asideNs_, trace::kCpuNotKnown, hash});
  });
}

// Files that were seen in the last moment take a while yet; a large one on a slow disk too long.
void Pipeline::awaitHashes() {
  if (!hasher_) return;
  const std::uint64_t untilNs = monotonicNowNs() + kHashesNs;
  for (collectHashes(); hasher_->waiting() > 0 && monotonicNowNs() < untilNs; collectHashes()) {
    pollfd done = {hasher_->descriptor(), POLLIN, 0};
    ::poll(&done, 1, 100);
  }
}

std::uint64_t Pipeline::dueNs() const {
  if (sink_.full()) return monotonicNowNs() + kIdleNs;
  if (execs_.together()) return execs_.againNs();
  const std::uint64_t dueNs = merge_.empty() ? lookedNs_ + kIdleNs : nextLookNs();
  const bool pause = flood_.untilNs() > lookedNs_;
  return pause ? std::min(dueNs, flood_.untilNs()) : dueNs;
}

void Pipeline::descriptors(std::vector<int>& descriptors) const {
  sink_.descriptors(descriptors);
  if (readProc_) descriptors.push_back(mounts_.descriptor());
  if (hasher_ && hasher_->descriptor() >= 0) descriptors.push_back(hasher_->descriptor());
  // What cannot be moved on stays in the kernel: it counts what it has to drop, we could not.
  if (sink_.full()) return;
  const std::uint64_t nowNs = monotonicNowNs();
  sources_.descriptors(nowNs >= execs_.againNs(), nowNs >= flood_.untilNs(), descriptors);
}

std::vector<std::string> Pipeline::report() const {
  std::vector<std::string> lines = report_.lines();
  if (!hasher_) return lines;
  const HashCounts& counts = hasher_->counts();
  lines.push_back("SHA-256 of " + std::to_string(counts.hashed) +
                  (counts.hashed == 1 ? " file; " : " files; ") +
                  std::to_string(counts.failed + counts.refused + hasher_->waiting()) +
                  " could not be hashed, which the trace gives reasons for");
  return lines;
}

trace::End Pipeline::counts() const {
  trace::End end = assembler_.counts();
  end.lateEvents = merge_.lateEvents();
  end.undecodedEvents = sources_.undecodedEvents();
  return end;
}

trace::End Pipeline::finish(trace::EndReason reason) {
  sources_.stop();
  const std::uint64_t nowNs = monotonicNowNs();
  drainExecs(nowNs);
  // A drain may stop before a source is empty.
  while (drainFailures() > 0) {
  }
  for (std::vector<Event> events;; events.clear()) {
    sources_.drainExecs(events);
    sources_.drainRest(events);
    if (events.empty()) break;
    add(std::move(events));
  }
  add(sources_.unreportedLosses(nowNs));
  merge_.releaseAll([this](Event& event) { assembler_.receive(event); });
  assembler_.emitTallies(nowNs);
  asideNs_ = nowNs;
  awaitHashes();
  trace::End end = counts();
  end.timeNs = nowNs;
  end.reason = reason;
  sealer_.flush();
  sink_.finish(end);
  return end;
}

}  // namespace exectrail::recorder
