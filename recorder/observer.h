// Reads the short-lived evidence for events the moment they arrive, before they are merged: /proc
// of a program that has just started, the memory of one whose execve has just failed.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "recorder/event.h"
#include "trace/metadata.h"

namespace exectrail::recorder {

class Observer {
 public:
  explicit Observer(trace::FailedPolicy failed) : failed_(failed) {}

  // `events` are those of one drain, in order of time. Fills the readings of execs.
  void readExecs(std::vector<Event>& events) const;

  // The same for failed attempts, from the entries among the events. A process gets only so many
  // readings a second: a flood of failures must not keep us from anything else.
  void readFailures(std::vector<Event>& events);

  static void read(ExecEvent& exec);

 private:
  struct Budget {
    std::uint64_t windowNs = 0;
    std::uint32_t used = 0;
  };

  bool affords(std::int32_t tid, std::uint64_t timeNs);

  trace::FailedPolicy failed_;
  std::unordered_map<std::int32_t, EnterEvent>
      entered_;                                       // by tid, until it is known what became of it
  std::unordered_map<std::int32_t, Budget> budgets_;  // by tid
  Budget total_;
};

}  // namespace exectrail::recorder
