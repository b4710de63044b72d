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
  std::function<void(std::vector<int>&)> descriptors;  // adds those to wait for
  std::function<void()> step;                          // one has become readable, or it is due
  std::function<std::uint64_t()> dueNs;  // when step() is wanted in any case, CLOCK_MONOTONIC
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
  std::vector<int> descriptors_;
  std::vector<pollfd> polled_;
  std::optional<std::uint64_t> deadlineNs_;
  bool interrupted_ = false;
};

}  // namespace exectrail::recorder
