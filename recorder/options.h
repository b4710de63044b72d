// The command line of `exectrail record`.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "trace/metadata.h"

namespace exectrail::recorder {

struct Options {
  std::string output;  // "-": standard output
  bool wholeHost = false;
  bool asRoot = false;
  std::optional<std::chrono::nanoseconds> duration;
  trace::FailedPolicy failed = trace::FailedPolicy::kNoteworthy;
  std::vector<std::string> command;  // empty: none

  trace::Scope scope() const {
    return wholeHost || command.empty() ? trace::Scope::kHost : trace::Scope::kSubtree;
  }
};

// Prints help and errors itself. `exitCode` is set when the program is to end at once.
Options parseOptions(int argc, char** argv, std::optional<int>& exitCode);

// "30s", "500ms", "10m", "2h", or seconds without a unit. Nothing if it is none of these.
std::optional<std::chrono::nanoseconds> parseDuration(const std::string& text);

// The status for failures of our own: 125 with a COMMAND, whose own status must stay recognisable
// (as with env and timeout), else `code`.
int ownFailure(bool hasCommand, int code);

}  // namespace exectrail::recorder
