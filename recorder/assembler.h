// Events in order of time -> records of the trace. Keeps the threads and processes it needs for
// that: which image runs where, who created it, which execve is under way. Reads nothing itself.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

#include "recorder/event.h"
#include "recorder/ordered_merge.h"
#include "recorder/proc/snapshot.h"
#include "trace/metadata.h"
#include "trace/record.h"

namespace exectrail::recorder {

struct AssemblerSettings {
  trace::Scope scope = trace::Scope::kHost;
  trace::FailedPolicy failed = trace::FailedPolicy::kNoteworthy;
  trace::ClockReading clock;  // to compare fork times with the starts that /proc gives
};

class Assembler {
 public:
  using Emit = std::function<void(const trace::Record&)>;

  // `upcoming` is asked what comes after the event that is being received.
  Assembler(const AssemblerSettings& settings, Emit emit, const OrderedMerge& upcoming);
  ~Assembler();

  // The processes that were there. Emits their records, creators first.
  void start(const HostSnapshot& snapshot);

  // With Scope::kSubtree: the process whose subtree is recorded, before its fork is received.
  void setRoot(std::int32_t tgid) { rootTgid_ = tgid; }

  void receive(const Event& event);

  // What was emitted so far, as it goes into the end of the trace.
  const trace::End& counts() const { return counts_; }

 private:
  struct Process;
  using ProcessPtr = std::shared_ptr<Process>;

  void on(const Event& event, const NewTaskEvent& body);
  void on(const Event& event, const ForkEvent& body);
  void on(const Event& event, const ExecEvent& body);
  void on(const Event& event, const EnterEvent& body);
  void on(const Event& event, const FailEvent& body);
  void on(const Event& event, const ExitEvent& body);
  void on(const Event& event, const LossEvent& body);

  ProcessPtr find(std::int32_t tid) const;
  // A process that no fork event introduced: older than the recording, or its fork was lost.
  ProcessPtr discover(std::int32_t tgid, const ProcessReading* reading);
  void emit(const Event& event, trace::RecordBody body);
  void addSnapshot(const HostSnapshot& snapshot, const SnapshotProcess& known);
  // /proc's starts are on CLOCK_BOOTTIME, which counts suspended time as well.
  std::uint64_t startNsOf(std::uint64_t boottimeNs) const;
  void endProcess(const Event& event, const ProcessPtr& process);
  bool usable(const ProcessReading* reading, const Process& process, std::int32_t tgid) const;

  AssemblerSettings settings_;
  Emit emit_;
  const OrderedMerge& upcoming_;
  std::int32_t rootTgid_ = 0;
  bool lossSeen_ = false;
  std::unordered_map<std::int32_t, ProcessPtr> processByTid_;
  std::unordered_map<std::int32_t, std::uint64_t> newTaskFlags_;  // by tid, until its fork event
  std::unordered_map<std::int32_t, EnterEvent> entered_;          // by tid, until it fails or execs
  trace::End counts_;
};

}  // namespace exectrail::recorder
