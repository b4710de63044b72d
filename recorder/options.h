// The command line of `exectrail record`.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "recorder/option_values.h"
#include "recorder/output/retention.h"
#include "trace/metadata.h"

namespace exectrail::recorder {

enum class Action {
  kRecord,
  kStart,  // the same in the background
  kStop,   // ends one that runs
  kDump,   // has a flight recorder write what it holds
  kProbe,  // says what this host can do
};

struct SegmentOptions {
  std::uint64_t bytes = std::uint64_t{64} << 20;          // a segment ends when it is as large,
  std::chrono::nanoseconds time = std::chrono::hours(1);  // or holds as much time
  Retention retention;
};

struct Options {
  Action action = Action::kRecord;
  std::string target;  // of kStop and kDump: a trace file or recording id; empty: the only one
  bool json = false;   // of kProbe

  std::string output;                      // "-": standard output
  std::optional<SegmentOptions> segments;  // `output` is a folder, and gets the recording as these
  bool checkConfig = false;                // say whether the options make sense, and record nothing
  bool wholeHost = false;
  bool asRoot = false;
  bool waitTree = false;
  bool hash = false;
  std::optional<std::chrono::nanoseconds> duration;
  std::optional<std::chrono::nanoseconds> flightWindow;
  trace::FailedPolicy failed = trace::FailedPolicy::kNoteworthy;
  std::vector<trace::Source> sources;  // empty: all that this host allows
  std::vector<std::string> environmentNames = defaultEnvironmentNames();
  std::uint64_t bufferBytesPerCpu = std::uint64_t{4} << 20;
  std::optional<std::int32_t> wakeLatencyUs;  // see WakeLatency
  std::string signingKey;                     // a file; empty: the trace is not signed
  std::vector<std::string> command;           // empty: none

  trace::Scope scope() const {
    return wholeHost || command.empty() ? trace::Scope::kHost : trace::Scope::kSubtree;
  }
};

// Prints help and errors itself. `exitCode` is set when the program is to end at once.
Options parseOptions(int argc, char** argv, std::optional<int>& exitCode);

// The status for failures of our own: 125 with a COMMAND, whose own status must stay recognisable
// (as with env and timeout), else `code`.
int ownFailure(bool hasCommand, int code);

}  // namespace exectrail::recorder
