// Waits for events and signals, has the events moved on, and knows when the recording is over:
// COMMAND has ended, time is up, or somebody said so. What moving events means is left to `Work`.
#pragma once

#include <poll.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "recorder/command.h"
#include "recorder/signals.h"
#include "trace/metadata.h"

namespace exectrail::recorder {

struct Work {
  std::vector<int> descriptors;   // readable when there is something to do
  std::function<void()> step;     // does it
  std::function<bool()> waiting;  // something was put off and is to be done soon
};

class Loop {
 public:
  // `command` may be null: no COMMAND.
  Loop(std::optional<std::chrono::nanoseconds> duration, Work work, Signals& signals,
       Command* command);

  trace::EndReason run();

 private:
  void wait();
  std::optional<trace::EndReason> handleSignals();

  Work work_;
  Signals& signals_;
  Command* command_;
  std::vector<pollfd> polled_;
  std::optional<std::uint64_t> deadlineNs_;
  bool interrupted_ = false;
};

}  // namespace exectrail::recorder
