// Everything that has been seen of one exec, by whichever source, and how it becomes a record: for
// each fact the evidence that the process could falsify least.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "recorder/events/event.h"
#include "recorder/events/stack_reading.h"
#include "recorder/proc/process_reader.h"
#include "trace/record.h"

namespace exectrail::recorder {

// What perf's side-band and sched_prepare_exec tell of an exec before it has succeeded.
struct SideBand {
  std::optional<std::string> comm;
  std::vector<MapEvent> maps;  // the first one is the file that runs
  std::optional<std::string> interp;
  std::string filename;  // that `interp` belongs to
};

struct ExecEvidence {
  const ExecEvent& event;
  const SideBand& sideBand;
  const ProcessReading* reading = nullptr;  // null: none, or not of this image
  trace::Field<trace::Namespaces> namespaces{};
  trace::Field<trace::FileFacts> file{};  // of the file that runs
  // Whether the kernel's path to it begins at the root of its mount namespace: it begins at that of
  // the process, which may have changed its own. If that is not known: a path from there that has
  // led to the same file before, or null.
  bool rootKnown = true;
  const std::string* knownPath = nullptr;
  std::string unreachablePath{};  // of a file whose mount is attached nowhere: as it is recorded
  trace::Field<trace::Login> login{};   // of the creator or an earlier image
  const std::string* cgroup = nullptr;  // path of the cgroup that the kernel named
};

// Fills everything but ids, start and creator. Bytes of `exec` and `context` point into what
// `evidence` refers to.
void fillExec(const ExecEvidence& evidence, trace::Exec& exec, trace::Context& context);

}  // namespace exectrail::recorder
