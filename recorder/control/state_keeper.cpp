#include "recorder/control/state_keeper.h"

#include <utility>

#include "trace/errors.h"
#include "trace/escape.h"

namespace exectrail::recorder {
namespace {

constexpr std::size_t kMaxMessages = 20;

}  // namespace

StateKeeper::StateKeeper(const Options& options, StateFolder folder) : folder_(std::move(folder)) {
  state_.output = outputName(options.output);
  state_.flight = options.flightWindow.has_value();
  state_.owner = thisOwner();
  folder_.prepare();
  for (const RecordingState& other : folder_.list()) {
    if (other.output != state_.output) continue;
    if (other.alive()) {
      throw EnvironmentError(trace::quoteForTerminal(state_.output) +
                             " is being recorded already (pid " + std::to_string(other.owner.pid) +
                             "); end that with: exectrail record stop " +
                             trace::quoteForTerminal(options.output));
    }
    // It has ended and its file is about to make room.
    folder_.remove(other.id);
  }
}

void StateKeeper::started(const trace::Uuid& id) {
  state_.id = trace::toString(id);
  started_ = true;
  folder_.write(state_);
}

void StateKeeper::message(const std::string& line) {
  if (!started_) return;
  state_.messages.push_back(line);
  if (state_.messages.size() > kMaxMessages) state_.messages.erase(state_.messages.begin());
  write();
}

void StateKeeper::dumped(const FlightDump& dump) {
  ++state_.dumps;
  state_.lastDump = dump.summary;
  state_.lastDumpWritten = dump.written;
  write();
}

void StateKeeper::ended(int status, const std::string& summary) {
  state_.status = status;
  state_.summary = summary;
  if (started_) write();
}

void StateKeeper::remove() {
  if (started_) folder_.remove(state_.id);
}

// The recording is worth more than its state file.
void StateKeeper::write() {
  try {
    folder_.write(state_);
  } catch (const EnvironmentError&) {
    return;
  }
}

}  // namespace exectrail::recorder
