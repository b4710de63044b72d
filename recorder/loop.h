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
#include "recorder/notify.h"
#include "recorder/output/destination.h"
#include "recorder/signals.h"
#include "recorder/timer.h"
#include "trace/metadata.h"

namespace exectrail::recorder {

struct Work {
  std::function<void(std::vector<int>&)> descriptors;  // adds those to wait for
  std::function<void()> step;                          // one has become readable, or it is due
  std::function<std::uint64_t()> dueNs;        // when step() is wanted in any case, CLOCK_MONOTONIC
  std::function<void()> dump;                  // SIGUSR1
  std::function<std::size_t()> liveProcesses;  // of COMMAND's subtree
};

struct LoopSettings {
  std::optional<std::chrono::nanoseconds> duration;
  bool waitTree = false;  // not only for COMMAND, but for all that it started
};

class Loop {
 public:
  // `command` may be null: no COMMAND.
  Loop(const LoopSettings& settings, Work work, Signals& signals, Command* command, Notify notify);

  trace::EndReason run();

 private:
  void wait();
  std::optional<trace::EndReason> handleSignals();
  bool treeHasEnded();

  Work work_;
  Signals& signals_;
  Command* command_;
  Notify notify_;
  bool waitTree_;
  Timer timer_;
  std::vector<int> descriptors_;
  std::vector<pollfd> polled_;
  std::optional<std::uint64_t> deadlineNs_;
  std::optional<std::uint64_t> dumpDueNs_;
  std::optional<std::uint64_t> commandEndedNs_;  // and we wait for what it left behind
  bool interrupted_ = false;
  bool toldOfTree_ = false;
};

// After destination.finish(): waits until all is written. A signal to end calls that off. Throws
// what went wrong.
void awaitWritten(Destination& destination, Signals& signals);

}  // namespace exectrail::recorder
