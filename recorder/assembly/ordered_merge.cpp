#include "recorder/assembly/ordered_merge.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <string_view>
#include <utility>

#include "recorder/events/stack_reading.h"
#include "recorder/proc/entry_reader.h"
#include "recorder/proc/process_reader.h"

namespace exectrail::recorder {
namespace {

bool earlier(const Event& a, const Event& b) { return a.timeNs < b.timeNs; }
bool before(const Event& event, std::uint64_t timeNs) { return event.timeNs < timeNs; }

// Which report two transports can both make: of this task, and of this kind.
struct TwinKey {
  std::size_t kind = 0;
  std::int32_t id = 0;
  friend bool operator==(const TwinKey&, const TwinKey&) = default;
};

std::optional<TwinKey> twinKey(const Event& event) {
  if (const auto* exec = std::get_if<ExecEvent>(&event.body)) {
    return TwinKey{event.body.index(), exec->tgid};
  }
  if (const auto* fork = std::get_if<ForkEvent>(&event.body)) {
    return TwinKey{event.body.index(), fork->childTid};
  }
  return std::nullopt;
}

// Whether two reports with the same key can be of the same exec: a process may soon go on to
// another.
bool agree(std::string_view filename, std::string_view other) {
  return filename.empty() || other.empty() || filename == other;
}

// Empty if it is no exec, or not known.
std::string_view filenameOf(const Event& event) {
  const auto* const exec = std::get_if<ExecEvent>(&event.body);
  return exec == nullptr ? std::string_view() : std::string_view(exec->filename);
}

// Takes over what only the other report knows.
void join(ForkEvent& into, ForkEvent&& from) {
  if (into.childComm.empty()) into.childComm = std::move(from.childComm);
  if (into.childTgid == 0) into.childTgid = from.childTgid;
}

void join(ExecEvent& into, ExecEvent&& from) {
  if (into.filename.empty()) into.filename = std::move(from.filename);
  if (!into.reading) into.reading = std::move(from.reading);
  if (!into.stack) into.stack = std::move(from.stack);
  if (!into.cgroupId) into.cgroupId = from.cgroupId;
}

}  // namespace

// Until when sources must have been drained before the event may go.
std::uint64_t OrderedMerge::settledAtNs(const Event& event) const {
  std::uint64_t at = event.timeNs + kSettleNs;
  if (expected_.twins && !event.joined && twinKey(event)) at = event.timeNs + kTwinNs;
  if (const auto* exec = std::get_if<ExecEvent>(&event.body)) {
    if (exec->reading) at = std::max(at, exec->reading->endNs);
    if (exec->stack) at = std::max(at, exec->stack->endNs);
  } else if (const auto* fail = std::get_if<FailEvent>(&event.body)) {
    if (fail->reading) at = std::max(at, fail->reading->endNs + kRewriteNs);
    const std::uint64_t fallbackNs = calls_.fallbackKnownNs(event.timeNs, *fail);
    if (fallbackNs != 0) at = std::max(at, fallbackNs + kSettleNs);
  }
  return at;
}

void OrderedMerge::sort(std::vector<Event>& events) {
  std::stable_sort(events.begin(), events.end(), earlier);
}

// True if the event has become part of one that waits already.
bool OrderedMerge::joinTwin(Event& event) {
  const auto key = twinKey(event);
  if (!key) return false;
  const std::uint64_t fromNs = event.timeNs > kTwinNs ? event.timeNs - kTwinNs : 0;
  const auto begin = std::lower_bound(pending_.begin(), pending_.end(), fromNs, before);
  for (auto twin = begin; twin != pending_.end() && twin->timeNs <= event.timeNs + kTwinNs;
       ++twin) {
    if (twin->joined || twin->source == event.source || twinKey(*twin) != key) continue;
    if (!agree(filenameOf(*twin), filenameOf(event))) continue;
    if (auto* exec = std::get_if<ExecEvent>(&twin->body)) {
      join(*exec, std::move(std::get<ExecEvent>(event.body)));
    } else {
      join(std::get<ForkEvent>(twin->body), std::move(std::get<ForkEvent>(event.body)));
    }
    twin->joined = true;
    return true;
  }
  return false;
}

bool OrderedMerge::isLateTwin(const Event& event) {
  const auto key = twinKey(event);
  if (!key) return false;
  const auto found = alone_.find({key->kind, key->id});
  if (found == alone_.end() || found->second.source == event.source) return false;
  const Alone& first = found->second;
  if (!agree(first.filename, filenameOf(event)) || event.timeNs < first.timeNs ||
      event.timeNs - first.timeNs > kLateTwinNs) {
    return false;
  }
  alone_.erase(found);
  ++lateEvents_;
  return true;
}

void OrderedMerge::noteAlone(const Event& event) {
  const auto key = twinKey(event);
  if (!expected_.twins || event.joined || !key) return;
  alone_[{key->kind, key->id}] = {event.timeNs, event.source, std::string(filenameOf(event))};
  if (alone_.size() <= mostAlone_) return;
  std::erase_if(alone_, [&event](const auto& entry) {
    return entry.second.timeNs + kLateTwinNs < event.timeNs;
  });
  mostAlone_ = std::max<std::size_t>(1024, 2 * alone_.size());
}

void OrderedMerge::add(std::vector<Event>&& events) {
  // Two reports of one exec may come together, at the start: one of them has to wait already.
  const auto fromPerf = [](const Event& event) { return event.source == trace::Source::kPerf; };
  auto rest = std::find_if_not(events.begin(), events.end(), fromPerf);
  if (std::any_of(rest, events.end(), fromPerf)) {
    rest = std::stable_partition(events.begin(), events.end(), fromPerf);
  }
  addOfOneTransport({events.begin(), rest});
  addOfOneTransport({rest, events.end()});
}

void OrderedMerge::addOfOneTransport(std::span<Event> events) {
  std::vector<Event> fresh;
  fresh.reserve(events.size());
  for (Event& event : events) {
    // Only what comes after the events that wait can cast doubt on them.
    if (std::holds_alternative<EnterEvent>(event.body) && event.timeNs < lastNs_) continue;
    // Part of a failure's reading by now.
    if (std::holds_alternative<OpenEvent>(event.body)) continue;
    if (expected_.twins && (joinTwin(event) || isLateTwin(event))) continue;
    noteAdded(event);
    fresh.push_back(std::move(event));
  }
  const auto middle = static_cast<std::ptrdiff_t>(pending_.size());
  std::move(fresh.begin(), fresh.end(), std::back_inserter(pending_));
  std::inplace_merge(pending_.begin(), pending_.begin() + middle, pending_.end(), earlier);
}

void OrderedMerge::noteAdded(const Event& event) {
  calls_.add(event);
  if (const auto* exec = std::get_if<ExecEvent>(&event.body)) {
    execTimes_[exec->tgid].insert(event.timeNs);
  } else if (const auto* status = std::get_if<ExitStatusEvent>(&event.body)) {
    exitStatuses_[status->tid] = status->status;
  }
}

void OrderedMerge::noteReleased(const Event& event) {
  calls_.forget(event);
  if (const auto* exec = std::get_if<ExecEvent>(&event.body)) {
    const auto found = execTimes_.find(exec->tgid);
    if (found == execTimes_.end()) return;
    Times& times = found->second;
    times.erase(times.begin(), times.upper_bound(event.timeNs));
    if (times.empty()) execTimes_.erase(found);
  } else if (const auto* status = std::get_if<ExitStatusEvent>(&event.body)) {
    exitStatuses_.erase(status->tid);
  }
}

void OrderedMerge::release(std::uint64_t drainedNs, const std::function<void(Event&)>& receive) {
  deliverHeld(drainedNs, receive);
  std::size_t count = 0;
  for (; count < pending_.size(); ++count) {
    Event& event = pending_[count];
    if (settledAtNs(event) > drainedNs) break;
    if (holdsBack(event, drainedNs)) {
      held_.push_back(std::move(event));
    } else {
      deliver(event, receive);
    }
  }
  pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(count));
}

void OrderedMerge::releaseAll(const std::function<void(Event&)>& receive) {
  deliverHeld(std::numeric_limits<std::uint64_t>::max(), receive);
  for (Event& event : pending_) deliver(event, receive);
  pending_.clear();
}

// An exit of which more is to be told; and what else says that this thread has ended.
bool OrderedMerge::holdsBack(const Event& event, std::uint64_t drainedNs) const {
  const auto* exit = std::get_if<ExitEvent>(&event.body);
  if (exit == nullptr || !expected_.statuses) return false;
  const auto same = [exit](const Event& held) {
    return std::get<ExitEvent>(held.body).tid == exit->tid;
  };
  if (std::any_of(held_.begin(), held_.end(), same)) return true;
  return exit->groupDead.value_or(false) && event.timeNs + kTwinNs > drainedNs &&
         !exitStatuses_.contains(exit->tid);
}

void OrderedMerge::deliverHeld(std::uint64_t drainedNs,
                               const std::function<void(Event&)>& receive) {
  if (held_.empty()) return;
  std::vector<Event> held = std::move(held_);
  held_.clear();
  for (Event& event : held) {
    if (holdsBack(event, drainedNs)) {
      held_.push_back(std::move(event));
    } else {
      deliver(event, receive);
    }
  }
}

// The number of a thread is given anew once its exit is over.
void OrderedMerge::deliverHeldOf(std::int32_t tid, const std::function<void(Event&)>& receive) {
  std::vector<Event> gone;
  std::erase_if(held_, [&](Event& event) {
    if (std::get<ExitEvent>(event.body).tid != tid) return false;
    gone.push_back(std::move(event));
    return true;
  });
  for (Event& event : gone) deliver(event, receive);
}

void OrderedMerge::deliver(Event& event, const std::function<void(Event&)>& receive) {
  if (const auto* fork = std::get_if<ForkEvent>(&event.body)) {
    deliverHeldOf(fork->childTid, receive);
  } else if (const auto* task = std::get_if<NewTaskEvent>(&event.body)) {
    deliverHeldOf(task->childTid, receive);
  }
  const bool exit = std::holds_alternative<ExitEvent>(event.body) && expected_.statuses;
  if (event.timeNs < lastNs_ && !exit) ++lateEvents_;
  lastNs_ = std::max(lastNs_, event.timeNs);
  deliveringNs_ = event.timeNs;
  noteAlone(event);
  receive(event);
  noteReleased(event);
}

std::optional<std::uint64_t> OrderedMerge::execDueNs(std::uint64_t afterNs) const {
  std::optional<std::uint64_t> dueNs;
  for (auto event = pending_.rbegin(); event != pending_.rend(); ++event) {
    if (event->timeNs + kSettleNs <= afterNs) break;
    const auto* exec = std::get_if<ExecEvent>(&event->body);
    if (exec == nullptr) continue;
    const std::uint64_t readNs =
        std::max(exec->reading ? exec->reading->endNs : 0, exec->stack ? exec->stack->endNs : 0);
    dueNs = std::max(event->timeNs + kSettleNs, readNs);
  }
  return dueNs;
}

void OrderedMerge::forEachUnread(std::uint64_t beforeNs,
                                 const std::function<void(ExecEvent&)>& visit) {
  for (auto event = pending_.rbegin(); event != pending_.rend(); ++event) {
    auto* exec = std::get_if<ExecEvent>(&event->body);
    if (exec != nullptr && !exec->reading && event->timeNs < beforeNs) visit(*exec);
  }
}

std::uint64_t OrderedMerge::nextExecOf(std::int32_t tgid) const {
  const auto found = execTimes_.find(tgid);
  if (found == execTimes_.end()) return 0;
  const auto next = found->second.upper_bound(deliveringNs_);
  return next == found->second.end() ? 0 : *next;
}

bool OrderedMerge::memoryInDoubt(std::int32_t tid, std::uint64_t untilNs,
                                 std::uint64_t pathAddress) const {
  return calls_.memoryInDoubt(tid, deliveringNs_, untilNs, pathAddress);
}

const ExecEvent* OrderedMerge::execRightAfter(std::int32_t tid) const {
  const auto timeNs = calls_.fallbackAfter(tid, deliveringNs_);
  if (!timeNs) return nullptr;
  for (auto event = std::lower_bound(pending_.begin(), pending_.end(), *timeNs, before);
       event != pending_.end() && event->timeNs == *timeNs; ++event) {
    const auto* exec = std::get_if<ExecEvent>(&event->body);
    if (exec != nullptr && exec->oldTid == tid) return exec;
  }
  return nullptr;
}

std::optional<std::uint32_t> OrderedMerge::exitStatusOf(std::int32_t tid) const {
  const auto found = exitStatuses_.find(tid);
  if (found == exitStatuses_.end()) return std::nullopt;
  return found->second;
}

}  // namespace exectrail::recorder
