// Keeps the state file of this recorder up to date, from the moment it records until it ends.
#pragma once

#include <string>

#include "recorder/control/recording_state.h"
#include "recorder/notify.h"
#include "recorder/options.h"
#include "recorder/recording.h"

namespace exectrail::recorder {

class StateKeeper {
 public:
  // Throws EnvironmentError if another recording writes to the same file.
  StateKeeper(const Options& options, StateFolder folder);

  void started(const trace::Uuid& id);
  void message(const std::string& line);
  void dumped(const FlightDump& dump);

  // It has ended: with this status, and this to say.
  void ended(int status, const std::string& summary);

  // Nobody will ask.
  void remove();

  const RecordingState& state() const { return state_; }

 private:
  void write();

  StateFolder folder_;
  RecordingState state_;
  bool started_ = false;
};

}  // namespace exectrail::recorder
