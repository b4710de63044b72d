#include "recorder/ordered_merge.h"

#include <algorithm>
#include <iterator>

#include "recorder/proc/entry_reader.h"
#include "recorder/proc/process_reader.h"

namespace exectrail::recorder {
namespace {

bool earlier(const Event& a, const Event& b) { return a.timeNs < b.timeNs; }

// Until when sources must have been drained before the event may go.
std::uint64_t settledAtNs(const Event& event) {
  std::uint64_t at = event.timeNs + OrderedMerge::kSettleNs;
  if (const auto* exec = std::get_if<ExecEvent>(&event.body)) {
    if (exec->reading) at = std::max(at, exec->reading->endNs);
  } else if (const auto* enter = std::get_if<EnterEvent>(&event.body)) {
    if (enter->reading) at = std::max(at, enter->reading->endNs);
  }
  return at;
}

}  // namespace

void OrderedMerge::sort(std::vector<Event>& events) {
  std::stable_sort(events.begin(), events.end(), earlier);
}

void OrderedMerge::add(std::vector<Event>&& events) {
  const auto middle = static_cast<std::ptrdiff_t>(pending_.size());
  std::move(events.begin(), events.end(), std::back_inserter(pending_));
  std::inplace_merge(pending_.begin(), pending_.begin() + middle, pending_.end(), earlier);
}

void OrderedMerge::release(std::uint64_t drainedNs, const std::function<void(Event&)>& receive) {
  std::size_t count = 0;
  while (count < pending_.size() && settledAtNs(pending_[count]) <= drainedNs) ++count;
  deliver(count, receive);
}

void OrderedMerge::releaseAll(const std::function<void(Event&)>& receive) {
  deliver(pending_.size(), receive);
}

void OrderedMerge::deliver(std::size_t count, const std::function<void(Event&)>& receive) {
  for (delivering_ = 0; delivering_ < count; ++delivering_) {
    Event& event = pending_[delivering_];
    if (event.timeNs < lastNs_) ++lateEvents_;
    lastNs_ = std::max(lastNs_, event.timeNs);
    receive(event);
  }
  pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(count));
}

std::uint64_t OrderedMerge::nextExecOf(std::int32_t tgid) const {
  for (std::size_t i = delivering_ + 1; i < pending_.size(); ++i) {
    const auto* exec = std::get_if<ExecEvent>(&pending_[i].body);
    if (exec != nullptr && exec->tgid == tgid) return pending_[i].timeNs;
  }
  return 0;
}

bool OrderedMerge::memoryInDoubt(std::int32_t tid, std::uint64_t untilNs) const {
  // Memory goes between the entry of a successful execve and its exec event, which may not be here
  // yet: an entry without outcome counts.
  bool undecided = false;
  for (std::size_t i = delivering_ + 1; i < pending_.size(); ++i) {
    const Event& event = pending_[i];
    if (const auto* enter = std::get_if<EnterEvent>(&event.body)) {
      if (enter->tid != tid) continue;
      if (event.timeNs > untilNs) return false;
      undecided = true;
    } else if (const auto* fail = std::get_if<FailEvent>(&event.body)) {
      if (fail->tid == tid) undecided = false;
    } else if (const auto* exec = std::get_if<ExecEvent>(&event.body)) {
      if (exec->oldTid == tid) return undecided || event.timeNs <= untilNs;
    }
  }
  return undecided;
}

}  // namespace exectrail::recorder
