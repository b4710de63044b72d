// The processes of the host by thread: who created whom, and which image runs where.
#pragma once

#include <cstdint>
#include <functional>
#include <unordered_map>

#include "recorder/assembly/process.h"
#include "recorder/events/event.h"
#include "recorder/proc/snapshot.h"
#include "trace/metadata.h"

namespace exectrail::recorder {

class ProcessTable {
 public:
  ProcessTable(trace::Scope scope, const trace::ClockReading& clock)
      : scope_(scope), clock_(clock) {}

  // With Scope::kSubtree: the process whose subtree is recorded, before its fork is received.
  void setRoot(std::int32_t tgid) { rootTgid_ = tgid; }

  // Events were lost: what is derived from this table may be stale.
  void setLossSeen() { lossSeen_ = true; }

  // Of the processes that were there, each after its creator.
  using VisitSnapshot = std::function<void(const Process&, const SnapshotProcess&)>;
  void start(const HostSnapshot& snapshot, const VisitSnapshot& visit);

  ProcessPtr find(std::int32_t tid) const;

  // The process of thread `tid`. One that no event introduced is older than the recording or its
  // fork was lost: it is added, with what `reading` (may be null) tells of it; but not for
  // Scope::kSubtree, where it cannot be in scope. Null then.
  ProcessPtr findOrDiscover(std::int32_t tid, const ProcessReading* reading);

  void newTask(const NewTaskEvent& event) { newTaskFlags_[event.childTid] = event.cloneFlags; }

  // The new process; null if it is a thread, out of scope altogether, or known from the other
  // transport.
  ProcessPtr fork(const Event& event, const ForkEvent& fork);

  // A successful exec of thread `oldTid`: its process runs a new image with one thread.
  void replaceImage(const ProcessPtr& process, std::int32_t tgid);

  // The process, if its last thread has ended; else null.
  ProcessPtr exit(const ExitEvent& event);

  // /proc's starts are on CLOCK_BOOTTIME, which counts suspended time as well.
  std::uint64_t startNsOf(std::uint64_t boottimeNs) const;

  // Whether a reading that found this start is of the process, and not of one that has its pid now.
  bool isSameStart(const Process& process, std::uint64_t readBoottimeNs) const;

  // In scope and not ended.
  std::size_t liveProcesses() const;

  void forEach(const std::function<void(Process&)>& visit) const;

 private:
  ProcessPtr discover(std::int32_t tgid, const ProcessReading* reading);
  void addSnapshot(const HostSnapshot& snapshot, const SnapshotProcess& known,
                   const VisitSnapshot& visit);
  bool knownFromOtherTransport(const Event& event, const ForkEvent& fork) const;

  trace::Scope scope_;
  trace::ClockReading clock_;
  std::int32_t rootTgid_ = 0;
  bool lossSeen_ = false;
  std::unordered_map<std::int32_t, ProcessPtr> processByTid_;
  std::unordered_map<std::int32_t, std::uint64_t> newTaskFlags_;  // by tid, until its fork event
};

}  // namespace exectrail::recorder
