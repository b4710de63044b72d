// One recording from start to end: sets up sources and output, runs COMMAND, moves events from the
// sources into the trace, and closes it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "recorder/notify.h"
#include "recorder/options.h"
#include "recorder/output/flight_output.h"
#include "trace/file_descriptor.h"
#include "trace/metadata.h"

namespace exectrail::recorder {

struct Outcome {
  trace::End end;
  std::uint64_t bytesWritten = 0;   // 0: whoever read the stream left before it was complete
  std::string path;                 // of the trace, or the last one of a flight recorder
  FileDescriptor file;              // the trace, locked; none if it is not one file of our own
  std::vector<std::string> report;  // on evidence and losses, a line each
  int exitStatus = 0;               // COMMAND's, or 0
};

// What somebody else may want to know while the recording goes on. Empty ones are not called.
struct Hooks {
  std::function<void(const trace::Uuid& recordingId)> started;  // from here on nothing is missed
  std::function<void(const FlightDump& dump)> dumped;           // a flight recorder's window
  std::function<void(const trace::End& soFar)> stepped;  // often: events were moved, all is well
};

// Records until COMMAND ends, the duration is over, or SIGINT, SIGTERM or SIGHUP arrives; returns
// when COMMAND has ended, too. Throws EnvironmentError if it cannot begin; a failure later on is
// given to `notify` at once and thrown when COMMAND has ended. The tracefs instances are removed in
// any case.
Outcome record(const Options& options, const Notify& notify, const Hooks& hooks = {});

}  // namespace exectrail::recorder
