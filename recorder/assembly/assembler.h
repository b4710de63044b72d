// Events in order of time -> records of the trace: puts together what the sources saw of one exec,
// and keeps the processes it needs for that. Of what can be read, it asks for the facts of files
// alone: those outlive the process.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>

#include "recorder/assembly/exec_evidence.h"
#include "recorder/assembly/ordered_merge.h"
#include "recorder/assembly/process_table.h"
#include "recorder/events/event.h"
#include "recorder/proc/file_facts.h"
#include "recorder/proc/file_hasher.h"
#include "recorder/proc/mount_watcher.h"
#include "trace/metadata.h"
#include "trace/record.h"

namespace exectrail::recorder {

struct AssemblerSettings {
  trace::Scope scope = trace::Scope::kHost;
  trace::FailedPolicy failed = trace::FailedPolicy::kNoteworthy;
  trace::ClockReading clock;  // to compare fork times with the starts that /proc gives
};

// What knows of files, beside the facts that come with an event. Each may be null.
struct FileKnowledge {
  FileFactsReader* facts = nullptr;
  FileHasher* hasher = nullptr;
  MountWatcher* mounts = nullptr;
};

class Assembler {
 public:
  using Emit = std::function<void(const trace::Record&)>;

  // `upcoming` is asked what comes after the event that is being received.
  Assembler(const AssemblerSettings& settings, Emit emit, const OrderedMerge& upcoming,
            const FileKnowledge& files = {});

  // The processes that were there. Emits their records, creators first.
  void start(const HostSnapshot& snapshot);

  // With Scope::kSubtree: the process whose subtree is recorded, before its fork is received.
  void setRoot(std::int32_t tgid) { processes_.setRoot(tgid); }

  void receive(const Event& event);

  // Emits what is counted so far of failed attempts that were not kept.
  void emitTallies(std::uint64_t nowNs);

  // What was emitted so far, as it goes into the end of the trace.
  const trace::End& counts() const { return counts_; }

  // Processes in scope that have not ended.
  std::size_t liveProcesses() const { return processes_.liveProcesses(); }

 private:
  // What a thread is about: an execve under way.
  struct UnderWay {
    SideBand sideBand;
    bool replacing = false;  // the new image is being set up: mappings are its own
  };

  void on(const Event& event, const NewTaskEvent& body);
  void on(const Event& event, const ForkEvent& body);
  void on(const Event& event, const PrepareExecEvent& body);
  void on(const Event& event, const ExecEvent& body);
  void on(const Event& event, const CommEvent& body);
  void on(const Event& event, const MapEvent& body);
  void on(const Event& event, const NamespacesEvent& body);
  void on(const Event& event, const CgroupEvent& body);
  void on(const Event& event, const EnterEvent& body);
  void on(const Event& event, const OpenEvent& body);
  void on(const Event& event, const FailEvent& body);
  void on(const Event& event, const ExitEvent& body);
  void on(const Event& event, const ExitStatusEvent& body);
  void on(const Event& event, const LossEvent& body);

  void emit(const Event& event, trace::RecordBody body);
  void emitMapping(const Event& event, Process& process, const MapEvent& map);
  void emitTalliesOf(const Event& event, Process& process);
  trace::Field<trace::FileFacts> factsOf(const MapEvent& mapped, std::uint64_t execNs,
                                         const ProcessReading* reading);
  void findRoot(const MapEvent& mapped, ExecEvidence& evidence);
  bool isUnreachable(const ExecEvidence& evidence, const MappedFiles& before, std::int32_t tgid);
  trace::Field<std::string> hashOf(const ProcessReading* reading, const ExecEvidence& evidence,
                                   const trace::ImageId& image);
  void forgetHash(const ExecEvent& exec);
  bool usable(const ProcessReading* reading, const Process& process, std::int32_t tgid) const;

  AssemblerSettings settings_;
  Emit emit_;
  const OrderedMerge& upcoming_;
  FileKnowledge files_;
  ProcessTable processes_;
  std::unordered_map<std::int32_t, UnderWay> underWay_;     // by tid
  std::unordered_map<std::uint64_t, std::string> cgroups_;  // by id
  trace::End counts_;
};

}  // namespace exectrail::recorder
