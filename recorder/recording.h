// One recording from start to end: sets up source and output, runs COMMAND, moves events from the
// source through observer, merge and assembler into the trace, and closes it.
#pragma once

#include <cstdint>

#include "recorder/notify.h"
#include "recorder/options.h"
#include "trace/metadata.h"

namespace exectrail::recorder {

struct Outcome {
  trace::End end;
  std::uint64_t bytesWritten = 0;  // 0: whoever read the stream left before it was complete
  int exitStatus = 0;              // COMMAND's, or 0
};

// Records until COMMAND ends, the duration is over, or SIGINT, SIGTERM or SIGHUP arrives; returns
// when COMMAND has ended, too. Throws EnvironmentError if it cannot begin; a failure later on is
// given to `notify` at once and thrown when COMMAND has ended. The tracefs instance is removed in
// any case.
Outcome record(const Options& options, const Notify& notify);

}  // namespace exectrail::recorder
