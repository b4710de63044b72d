// `record stop` and `record dump`: finds a recording by its state file and talks to exactly that
// process.
#pragma once

#include <string>

#include "recorder/control/recording_state.h"

namespace exectrail::recorder {

// Ends a recording, waits until its trace is complete, prints what it has to say to standard error.
// `target` as in Options. Returns the exit status; throws EnvironmentError if there is no such
// recording.
int stopRecording(const std::string& target, const StateFolder& folder);

// Has a flight recorder write its window, waits until it is written, prints where.
int dumpRecording(const std::string& target, const StateFolder& folder);

}  // namespace exectrail::recorder
