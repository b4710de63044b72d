#include "recorder/observer.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "recorder/events/stack_reading.h"
#include "recorder/proc/caller_files.h"
#include "recorder/proc/entry_reader.h"

namespace exectrail::recorder {
namespace {

constexpr std::uint64_t kWindowNs = 1'000'000'000;
constexpr std::uint32_t kReadingsOfOne = 100;     // in a window, of one thread
constexpr std::uint32_t kReadingsOfAll = 2000;    // in a window
constexpr std::size_t kMostThreads = 65536;       // that are kept in mind; more: all is forgotten
constexpr std::size_t kMostOpened = 8;            // the kernel follows fewer interpreters
constexpr std::uint64_t kCallNs = 1'000'000'000;  // a call that is older may be forgotten

// What perf does not know of an exec, and the executable as it is seen from our root.
constexpr Facts kBesidePerf = facts::kExecutable | facts::kFile | facts::kWorkingDirectory |
                              facts::kCredentials | facts::kStat | facts::kLogin;

// The call is over by the time we read: the caller may have changed what it passed. What cannot
// have been passed is not known.
EntryReading afterReturn(EntryReading reading, const FailEvent& fail) {
  if (!reading.pathCopied && reading.typedPath.known() &&
      !canHaveFailed(fail.tid, reading.typedPath.value, fail.errorNumber, reading.targetExists)) {
    reading.typedPath = trace::Field<std::string>::unreadable(ESTALE);
    reading.targetExists = {};
    if (!reading.argumentsCopied) {
      reading.arguments = trace::Field<std::vector<std::string>>::unreadable(ESTALE);
    }
  }
  const auto weaken = [](trace::Evidence& evidence) {
    if (evidence.known()) evidence.evidenceClass = trace::EvidenceClass::kInferred;
  };
  if (!reading.pathCopied) weaken(reading.typedPath.evidence);
  if (!reading.argumentsCopied) weaken(reading.arguments.evidence);
  return reading;
}

}  // namespace

Observer::Observer(trace::FailedPolicy failed, const std::vector<std::string>& environmentNames,
                   const Means& means)
    : failed_(failed), reader_(environmentNames), means_(means) {}

Facts Observer::wantedOf(const ExecEvent& exec) const {
  if (!means_.stacks || !exec.stack) return facts::kAll;
  return exec.stack->arguments.known() ? kBesidePerf : kBesidePerf | facts::kArguments;
}

void Observer::read(ExecEvent& exec) {
  ProcessReading reading = reader_.read(exec.tgid, wantedOf(exec));
  if (means_.hasher != nullptr) {
    FileHasher::Answer answer = means_.hasher->ask(exec.tgid, reading.file);
    reading.sha256 = std::move(answer.sha256);
    reading.hashTicket = answer.ticket;
  }
  exec.reading = std::make_shared<const ProcessReading>(std::move(reading));
}

void Observer::noteEnded(ExecEvent& exec) {
  ProcessReading reading = ProcessReader::ofNone(wantedOf(exec));
  if (means_.hasher != nullptr) reading.sha256 = means_.hasher->ofNone().sha256;
  exec.reading = std::make_shared<const ProcessReading>(std::move(reading));
}

void Observer::readExecs(std::vector<Event>& events, bool onlyLiving) {
  if (!means_.procfs) return;
  ended_.clear();
  // Newest first: the newest program has the best chance to be there still.
  for (auto event = events.rbegin(); event != events.rend(); ++event) {
    if (const auto* exit = std::get_if<ExitEvent>(&event->body)) {
      if (onlyLiving) ended_.insert(exit->tid);
    } else if (auto* exec = std::get_if<ExecEvent>(&event->body)) {
      ended_.contains(exec->tgid) ? noteEnded(*exec) : read(*exec);
    }
  }
}

void Observer::readFailures(std::vector<Event>& events) {
  if (!events.empty()) forgetOld(events.back().timeNs);
  for (Event& event : events) {
    if (const auto* enter = std::get_if<EnterEvent>(&event.body)) {
      calls_[enter->tid] = {event.timeNs, *enter, {}};
    } else if (const auto* open = std::get_if<OpenEvent>(&event.body)) {
      // Without an entry the kernel runs it for itself, or the call is a 32-bit one.
      const auto call = calls_.find(open->tid);
      if (call == calls_.end() || call->second.opened.size() >= kMostOpened) continue;
      call->second.opened.push_back(open->path);
    } else if (auto* fail = std::get_if<FailEvent>(&event.body)) {
      const auto call = calls_.find(fail->tid);
      // Entries are drained after failures: the one that is known may be of the next call.
      if (call == calls_.end() || call->second.timeNs > event.timeNs) continue;
      const auto own = calls_.extract(call);
      if (failed_ != trace::FailedPolicy::kNone) readCall(own.mapped(), event.timeNs, *fail);
    }
  }
}

void Observer::readCall(const Call& call, std::uint64_t failedNs, FailEvent& fail) {
  fail.filenameAddress = call.entered.filenameAddress;
  EntryReading reading;
  if (means_.procfs && affords(fail, failedNs)) {
    reading = afterReturn(readEntry(call.entered), fail);
  } else if (call.entered.reading) {
    reading = *call.entered.reading;
  } else if (call.opened.empty()) {
    return;
  }
  if (!call.opened.empty()) {
    reading.typedPath = {call.opened.front(), trace::EvidenceClass::kKernel};
    reading.pathCopied = true;
  }
  reading.calledNs = call.timeNs;
  // It was opened, and named an interpreter.
  if (call.opened.size() > 1) reading.targetExists = {true, trace::EvidenceClass::kKernel};
  fail.reading = std::make_shared<const EntryReading>(std::move(reading));
}

// What became of successful calls is not told here.
void Observer::forgetOld(std::uint64_t nowNs) {
  if (budgets_.size() > kMostThreads) budgets_.clear();
  if (calls_.size() <= mostCalls_) return;
  std::erase_if(calls_, [nowNs](const auto& call) { return call.second.timeNs + kCallNs < nowNs; });
  if (calls_.size() > kMostThreads) calls_.clear();
  mostCalls_ = std::max<std::size_t>(1024, 2 * calls_.size());
}

bool Observer::affords(const FailEvent& fail, std::uint64_t timeNs) {
  const auto spend = [timeNs](Budget& budget, std::uint32_t most) {
    if (timeNs >= budget.windowNs + kWindowNs) budget = {timeNs, 0};  // not when one comes late
    return ++budget.used <= most;
  };
  const bool search = fail.errorNumber == ENOENT || fail.errorNumber == ENOTDIR;
  return spend(budgets_[fail.tid], kReadingsOfOne) &&
         spend(search ? searches_ : refusals_, kReadingsOfAll);
}

}  // namespace exectrail::recorder
