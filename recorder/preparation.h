// Before anything is recorded: is this a place to record from, and does this process run as it
// should? Opening sources and output is left to the recording.
#pragma once

#include "recorder/notify.h"
#include "recorder/options.h"

namespace exectrail::recorder {

// Throws EnvironmentError for everybody else.
void requireRoot();

// The key that is to sign can be read, and there is a folder to write into. Writes nothing. Throws
// EnvironmentError.
void requireFiles(const Options& options);

// Root, the initial pid namespace, no instances of killed recorders, real-time scheduling. Throws
// EnvironmentError where recording is out of the question; what only makes it worse is notified.
void prepare(const Notify& notify);

}  // namespace exectrail::recorder
