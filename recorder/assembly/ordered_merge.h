// Brings the events of all CPUs and sources into one order of time, and joins the two reports of an
// exec that both transports saw. An event is released once everything that can be earlier must have
// been seen; what comes later still is counted as late. Only exits may come after what is later
// than they are: the status that they wait for is told when the kernel gets to it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "recorder/assembly/upcoming_calls.h"
#include "recorder/events/event.h"

namespace exectrail::recorder {

class OrderedMerge {
 public:
  // An event is visible to readers this long after its time stamp was taken, or sooner.
  static constexpr std::uint64_t kSettleNs = 100'000;

  // Two reports of one exec are apart by no more than this: the tracepoint calls one after the
  // other, but a virtual machine may lose its CPU in between (on a busy host, more than 5 ms were
  // seen). So long an exec waits for the second one, which is there at once unless it was lost.
  static constexpr std::uint64_t kTwinNs = 50'000'000;

  // A second report that comes later than that, after the first has been delivered, is still no
  // other exec. It is left out and counted as late: what it alone knew is lost.
  static constexpr std::uint64_t kLateTwinNs = 2'000'000'000;

  static constexpr std::uint64_t kRewriteNs = UpcomingCalls::kRewriteNs;
  static constexpr std::uint64_t kFallbackNs = UpcomingCalls::kFallbackNs;

  // What is expected, and waited for up to kTwinNs.
  struct Expectations {
    bool twins = false;     // every exec is reported by tracefs and by perf
    bool statuses = false;  // the exit status of a process comes after its exit
  };
  OrderedMerge() = default;
  explicit OrderedMerge(const Expectations& expected) : expected_(expected) {}

  // Into order of time; events of the same time keep their order.
  static void sort(std::vector<Event>& events);

  // `events` in order of time.
  void add(std::vector<Event>&& events);

  // Releases what is settled. All sources have been drained since `drainedNs`. An event with
  // a reading waits until they have also been drained past the end of that reading, so that the
  // receiver knows what came in between: see nextExecOf() and memoryInDoubt().
  void release(std::uint64_t drainedNs, const std::function<void(Event&)>& receive);

  // When the first of the execs that were not settled at `afterNs` will be; nothing if none waits.
  std::optional<std::uint64_t> execDueNs(std::uint64_t afterNs) const;

  // Releases everything.
  void releaseAll(const std::function<void(Event&)>& receive);

  // Visits the execs before `beforeNs` that wait and of which /proc has not been read.
  void forEachUnread(std::uint64_t beforeNs, const std::function<void(ExecEvent&)>& visit);

  // While an event is being received: the time of the next exec of process `tgid` that is known, or
  // 0. A reading of /proc that ended later may be about that one.
  std::uint64_t nextExecOf(std::int32_t tgid) const;

  // While an event is being received: whether thread `tid` went on to another execve before
  // `untilNs`, or soon after it with a path at the same address. What was read from its memory
  // until then may belong to that one, or be gone.
  bool memoryInDoubt(std::int32_t tid, std::uint64_t untilNs, std::uint64_t pathAddress) const;

  // While an event is being received: the next that thread `tid` did about execve, if it succeeded
  // within kFallbackNs; else null. It is the merge's own, until it is delivered itself.
  const ExecEvent* execRightAfter(std::int32_t tid) const;

  // While an exit is being received: the status of thread `tid`, if it has been reported.
  std::optional<std::uint32_t> exitStatusOf(std::int32_t tid) const;

  bool empty() const { return pending_.empty() && held_.empty(); }
  std::uint64_t lateEvents() const { return lateEvents_; }

 private:
  // Times of events that wait. Ordered trees: a flood brings them by the thousand in no order.
  using Times = std::multiset<std::uint64_t>;

  std::uint64_t settledAtNs(const Event& event) const;
  void addOfOneTransport(std::span<Event> events);
  bool joinTwin(Event& event);
  bool isLateTwin(const Event& event);
  void noteAlone(const Event& event);
  void noteAdded(const Event& event);
  void noteReleased(const Event& event);
  bool holdsBack(const Event& event, std::uint64_t drainedNs) const;
  void deliverHeld(std::uint64_t drainedNs, const std::function<void(Event&)>& receive);
  void deliverHeldOf(std::int32_t tid, const std::function<void(Event&)>& receive);
  void deliver(Event& event, const std::function<void(Event&)>& receive);

  Expectations expected_;
  std::vector<Event> pending_;  // in order of time
  std::vector<Event> held_;     // exits that wait for a status
  UpcomingCalls calls_;
  std::unordered_map<std::int32_t, Times> execTimes_;             // by tgid
  std::unordered_map<std::int32_t, std::uint32_t> exitStatuses_;  // by tid
  // Reports that were delivered without a second one, by kind and task.
  struct Alone {
    std::uint64_t timeNs = 0;
    trace::Source source = trace::Source::kUnknown;
    std::string filename;  // of an exec
  };
  std::map<std::pair<std::size_t, std::int32_t>, Alone> alone_;
  std::size_t mostAlone_ = 1024;
  std::uint64_t deliveringNs_ = 0;
  std::uint64_t lastNs_ = 0;
  std::uint64_t lateEvents_ = 0;
};

}  // namespace exectrail::recorder
