#include "recorder/observer.h"

#include <cerrno>

#include "recorder/proc/entry_reader.h"
#include "recorder/stack_reading.h"

namespace exectrail::recorder {
namespace {

constexpr std::uint64_t kWindowNs = 1'000'000'000;
constexpr std::uint32_t kReadingsOfOne = 100;   // in a window, of one thread
constexpr std::uint32_t kReadingsOfAll = 2000;  // in a window
constexpr std::size_t kMostThreads = 65536;     // that are kept in mind; more: all is forgotten

// What perf does not know of an exec, and the executable as it is seen from our root.
constexpr Facts kBesidePerf = facts::kExecutable | facts::kFile | facts::kWorkingDirectory |
                              facts::kCredentials | facts::kStat | facts::kLogin;

// The call is over by the time we read: the caller may have changed what it passed.
EntryReading afterReturn(EntryReading reading) {
  for (trace::Evidence* evidence : {&reading.typedPath.evidence, &reading.arguments.evidence}) {
    if (evidence->known()) evidence->evidenceClass = trace::EvidenceClass::kInferred;
  }
  return reading;
}

}  // namespace

Observer::Observer(trace::FailedPolicy failed, const std::vector<std::string>& environmentNames,
                   bool stacks)
    : failed_(failed), reader_(environmentNames), stacks_(stacks) {}

void Observer::read(ExecEvent& exec) {
  Facts wanted = facts::kAll;
  if (stacks_ && exec.stack) {
    wanted = kBesidePerf;
    if (!exec.stack->arguments.known()) wanted |= facts::kArguments;
  }
  exec.reading = std::make_shared<const ProcessReading>(reader_.read(exec.tgid, wanted));
}

void Observer::readExecs(std::vector<Event>& events) {
  // Newest first: the newest program has the best chance to be there still.
  for (auto event = events.rbegin(); event != events.rend(); ++event) {
    if (auto* exec = std::get_if<ExecEvent>(&event->body)) read(*exec);
  }
}

void Observer::readFailures(std::vector<Event>& events) {
  if (entered_.size() > kMostThreads) entered_.clear();
  if (budgets_.size() > kMostThreads) budgets_.clear();
  for (Event& event : events) {
    if (const auto* enter = std::get_if<EnterEvent>(&event.body)) {
      entered_[enter->tid] = *enter;
    } else if (auto* fail = std::get_if<FailEvent>(&event.body)) {
      const auto call = entered_.extract(fail->tid);
      if (call.empty() || failed_ == trace::FailedPolicy::kNone) continue;
      if (call.mapped().reading || !affords(*fail, event.timeNs)) continue;
      fail->reading = std::make_shared<const EntryReading>(afterReturn(readEntry(call.mapped())));
    }
  }
}

bool Observer::affords(const FailEvent& fail, std::uint64_t timeNs) {
  const auto spend = [timeNs](Budget& budget, std::uint32_t most) {
    if (timeNs - budget.windowNs >= kWindowNs) budget = {timeNs, 0};
    return ++budget.used <= most;
  };
  const bool search = fail.errorNumber == ENOENT || fail.errorNumber == ENOTDIR;
  return spend(budgets_[fail.tid], kReadingsOfOne) &&
         spend(search ? searches_ : refusals_, kReadingsOfAll);
}

}  // namespace exectrail::recorder
