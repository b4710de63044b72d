// What the engine found: a pure function of trace, program and stated inputs. Owns its bytes, which
// are still the kernel's: outputs make them fit for a terminal or for JSON.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "analyzer/engine/mounts.h"
#include "analyzer/engine/severity.h"
#include "analyzer/paths/path.h"
#include "trace/metadata.h"
#include "trace/record.h"

namespace exectrail::analyzer {

struct RecipeInfo;  // analyzer/compiler/program.h
struct Workload;    // analyzer/compiler/workloads.h

// An image's facts with bytes of its own: it outlives the batch it was read from.
struct ImageFacts {
  trace::ImageId id;
  std::string entityId;  // of `id` on its host; empty: there is no such image, or it is not known
  trace::Field<std::string> executable;
  trace::Field<std::string> typedPath;  // unknown for snapshot images
  trace::Field<std::vector<std::string>> arguments;
  trace::Field<std::string> workingDirectory;
  trace::Field<std::string> comm;
  trace::Field<trace::FileFacts> file;
  trace::Field<trace::Credentials> credentials;
  trace::Field<trace::Login> login;
  trace::Field<trace::Session> session;
  trace::Field<std::uint32_t> parentPid;
  trace::Field<std::string> interpreter;  // as the kernel names it; empty: the typed file runs
  trace::Field<bool> secure;
  trace::Field<std::string> sha256;  // 32 bytes
  trace::Field<trace::FileIdentity> identity;
  // All of what a process shares with its creator; never null.
  std::shared_ptr<const trace::Context> context = noContext();

  // Derived once, because every recipe asks for them: where the executable lies, and its name.
  Place place;
  std::string name;

  static const std::shared_ptr<const trace::Context>& noContext();
};

struct Reason {
  std::string name;     // of the class, raise, lower or exemption
  std::string effect;   // "class high", "+1", "-1", "tag", "after", "count", "new", "exempt"
  std::string because;  // the values that decided
  std::string source;   // "FILE:LINE" of its definition, without folders; empty for a class
};

struct LineageEntry {
  trace::ImageId image;
  std::string name;        // last component of the executable, or comm, or "?"
  std::string executable;  // empty: not known
  std::string edge;        // how it came to be: "fork", "exec", "snapshot"
};

struct Alert {
  std::string id;  // event.id: the same after cut, merge, segmenting and replay
  std::uint64_t timeNs = 0;
  std::int64_t realtimeNs = 0;
  std::shared_ptr<const RecipeInfo> recipe;
  // Of a merged trace: that of the recording it is from. Null: that of the trace.
  std::shared_ptr<const trace::Header> header;
  Severity severity = Severity::kInfo;
  std::string directoryClass;    // empty: the recipe has none
  std::uint64_t suppressed = 0;  // not 0: stands for so many alerts like it, and for itself not
  // It was given before, when a gap that its decision spans was not known yet: the same alert once
  // more, with that gap. What was counted then is not counted again.
  bool amended = false;
  std::uint64_t decisionFromNs = 0;  // what happened from here on until `timeNs` may have decided
  bool exempted = false;
  trace::MappingRole mapping = trace::MappingRole::kUnknown;  // filePath was mapped, not run
  bool script = false;            // filePath is a script, process.executable its interpreter
  bool scriptArgument = false;    // and an argument of it, opened as data is: no `#!` line ran it
  bool typedPathOnly = false;     // the path that was typed decided, although another file ran
  std::uint16_t errorNumber = 0;  // 0: it ran; else the attempt failed with this errno
  std::uint32_t attemptNumber = 0;
  ImageFacts process;                        // what ran; of a failed attempt, the caller
  ImageFacts parent;                         // the image that created the process
  ImageFacts previous;                       // the image it replaced
  std::shared_ptr<const Workload> workload;  // its container, if --workloads names it
  // Of a failed attempt: what was passed to the kernel, and from where. `process` keeps its own.
  trace::Field<std::vector<std::string>> attemptArguments;
  trace::Field<std::string> attemptWorkingDirectory;
  trace::Field<std::string> filePath;   // the path that decided, normalised
  trace::Field<std::string> typedPath;  // as passed to the kernel
  std::optional<MountFacts> mount;  // of what ran, was to run, or was mapped; nothing: not known
  std::vector<Reason> reasons;
  std::vector<LineageEntry> lineage;  // from the outermost known image down to this one
  bool lineageComplete = false;       // it reaches a process with nothing above it in this trace
  std::vector<std::string> unknown;   // named conditions that could not be decided
  std::map<std::string, std::string> unknownBecause;     // by their names: what was missing
  std::map<std::string, trace::EvidenceClass> evidence;  // by field name
  std::vector<std::string> truncated;                    // fields of which only a part was recorded
  std::vector<std::string> afterGap;  // fields derived from state that a gap may have made stale
  std::vector<trace::Gap> gaps;       // that this decision spans
};

// Of the recording that an alert is from, in a trace with this header.
inline const trace::Header& headerOf(const Alert& alert, const trace::Header& ofTrace) {
  return alert.header ? *alert.header : ofTrace;
}

}  // namespace exectrail::analyzer
