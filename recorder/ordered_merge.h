// Brings the events of all CPUs and sources into one order of time. An event is released once
// everything that can be earlier must have been seen; what comes later still is counted as late.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "recorder/event.h"

namespace exectrail::recorder {

class OrderedMerge {
 public:
  // An event is visible to readers this long after its time stamp was taken, or sooner.
  static constexpr std::uint64_t kSettleNs = 100'000;

  // Into order of time; events of the same time keep their order.
  static void sort(std::vector<Event>& events);

  // `events` in order of time.
  void add(std::vector<Event>&& events);

  // Releases what is settled. All sources have been drained since `drainedNs`. An event with
  // a reading waits until they have also been drained past the end of that reading, so that the
  // receiver knows what came in between: see nextExecOf() and memoryInDoubt().
  void release(std::uint64_t drainedNs, const std::function<void(Event&)>& receive);

  // Releases everything.
  void releaseAll(const std::function<void(Event&)>& receive);

  // While an event is being received: the time of the next exec of process `tgid` that is known, or
  // 0. A reading of /proc that ended later may be about that one.
  std::uint64_t nextExecOf(std::int32_t tgid) const;

  // While an event is being received: whether thread `tid` may have had its memory replaced by an
  // execve that began before `untilNs`. What was read from it until then is in doubt.
  bool memoryInDoubt(std::int32_t tid, std::uint64_t untilNs) const;

  bool empty() const { return pending_.empty(); }
  std::uint64_t lateEvents() const { return lateEvents_; }

 private:
  void deliver(std::size_t count, const std::function<void(Event&)>& receive);

  std::vector<Event> pending_;  // in order of time
  std::size_t delivering_ = 0;  // index of the event being received
  std::uint64_t lastNs_ = 0;
  std::uint64_t lateEvents_ = 0;
};

}  // namespace exectrail::recorder
