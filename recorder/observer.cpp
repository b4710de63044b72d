#include "recorder/observer.h"

#include <algorithm>
#include <utility>

#include "recorder/proc/entry_reader.h"
#include "recorder/proc/process_reader.h"

namespace exectrail::recorder {
namespace {

constexpr std::uint64_t kWindowNs = 1'000'000'000;
constexpr std::uint32_t kReadingsOfOne = 100;     // in a window, of one thread
constexpr std::uint32_t kReadingsOfAll = 2000;    // in a window
constexpr std::size_t kMostThreads = 65536;       // that are kept in mind; more: all is forgotten
constexpr std::size_t kMostOpened = 8;            // the kernel follows fewer interpreters
constexpr std::uint64_t kCallNs = 1'000'000'000;  // a call that is older may be forgotten

}  // namespace

void Observer::read(ExecEvent& exec) {
  exec.reading = std::make_shared<const ProcessReading>(readProcess(exec.tgid));
}

void Observer::readExecs(std::vector<Event>& events) const {
  if (!procfs_) return;
  // Newest first: the newest program has the best chance to be there still.
  for (auto event = events.rbegin(); event != events.rend(); ++event) {
    if (auto* exec = std::get_if<ExecEvent>(&event->body)) read(*exec);
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
      const auto call = calls_.extract(fail->tid);
      if (call.empty() || failed_ == trace::FailedPolicy::kNone) continue;
      readCall(call.mapped(), event.timeNs, *fail);
    }
  }
}

void Observer::readCall(const Call& call, std::uint64_t failedNs, FailEvent& fail) {
  EntryReading reading;
  if (procfs_ && affords(fail.tid, failedNs)) {
    reading = readEntry(call.entered);
  } else if (call.entered.reading) {
    reading = *call.entered.reading;
  } else if (call.opened.empty()) {
    return;
  }
  if (!call.opened.empty()) {
    reading.typedPath = {call.opened.front(), trace::EvidenceClass::kKernel};
    reading.pathCopied = true;
  }
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

bool Observer::affords(std::int32_t tid, std::uint64_t timeNs) {
  const auto spend = [timeNs](Budget& budget, std::uint32_t most) {
    if (timeNs - budget.windowNs >= kWindowNs) budget = {timeNs, 0};
    return ++budget.used <= most;
  };
  return spend(budgets_[tid], kReadingsOfOne) && spend(total_, kReadingsOfAll);
}

}  // namespace exectrail::recorder
