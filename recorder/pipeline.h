// Moves events from the sources into the trace: drains, reads what will be gone soon, merges,
// assembles, seals.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "recorder/assembly/assembler.h"
#include "recorder/assembly/ordered_merge.h"
#include "recorder/observer.h"
#include "recorder/output/batch_sealer.h"
#include "recorder/pacing.h"
#include "recorder/proc/mount_watcher.h"
#include "recorder/self_report.h"
#include "recorder/sources/sources.h"
#include "trace/metadata.h"

namespace exectrail::recorder {

// The header of a trace with what the sources know of themselves.
trace::Header withSources(trace::Header header, const Sources& sources);

class Pipeline {
 public:
  // `header` is that of the trace. With `hash`, executables are hashed. Sources and sink must
  // outlive the pipeline.
  Pipeline(trace::Header header, Sources& sources, BatchSink& sink, bool hash);

  // Records the processes that are there.
  void start();

  // With Scope::kSubtree: the process whose subtree is recorded.
  void setRoot(pid_t pid) { assembler_.setRoot(pid); }

  // Does what has to be done now.
  void step();

  // When step() is wanted next although nothing becomes readable, CLOCK_MONOTONIC.
  std::uint64_t dueNs() const;

  // What becomes readable when step() is wanted.
  void descriptors(std::vector<int>& descriptors) const;

  // Stops the sources and moves what they still hold. The sink may take time to write it.
  trace::End finish(trace::EndReason reason);

  // What was recorded so far.
  trace::End counts() const;

  // What the user should know of the recording, a line each.
  std::vector<std::string> report() const;

  std::size_t liveProcesses() const { return assembler_.liveProcesses(); }

 private:
  void look(std::uint64_t nowNs);
  void drainExecs(std::uint64_t nowNs);
  std::size_t drainFailures();
  std::uint64_t nextLookNs() const;
  void release(std::uint64_t drainedNs);
  void add(std::vector<Event>&& events);
  void beat(std::uint64_t nowNs);
  void collectHashes();
  void awaitHashes();
  void pace(std::uint64_t nowNs, const std::vector<Event>& execs);
  void write(const trace::Record& record);

  trace::Header header_;
  Sources& sources_;
  BatchSink& sink_;
  BatchSealer sealer_;
  SelfReport report_;
  std::optional<FileHasher> hasher_;
  Observer observer_;
  OrderedMerge merge_;
  FileFactsReader files_;
  Assembler assembler_;
  MountWatcher mounts_;
  bool readProc_;
  Pacing execs_;
  FloodPause flood_;
  bool realtime_ = true;  // prepare() has asked for it
  std::uint64_t asideNs_ = 0;   // time of the next record that no event makes
  std::uint64_t lookedNs_ = 0;  // all sources were drained
  std::uint64_t failuresDrainedNs_ = 0;
  std::uint64_t entriesDrainedNs_ = 0;
  std::uint64_t sealedNs_ = 0;
  std::uint64_t beatNs_ = 0;
};

}  // namespace exectrail::recorder
