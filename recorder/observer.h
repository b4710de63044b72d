// Reads the short-lived evidence for events the moment they arrive, before they are merged: /proc
// of a program that has just started, the memory of one whose execve has just failed.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "recorder/event.h"
#include "recorder/proc/process_reader.h"
#include "trace/metadata.h"

namespace exectrail::recorder {

class Observer {
 public:
  // With `stacks`, execs come with what perf knows of them: /proc is not asked for it again.
  Observer(trace::FailedPolicy failed, const std::vector<std::string>& environmentNames,
           bool stacks);

  // `events` are those of one drain, in order of time. Fills the readings of execs.
  void readExecs(std::vector<Event>& events);

  // The same for failed attempts, from the entries among the events. A process gets only so many
  // readings a second: a flood of failures must not keep us from anything else.
  void readFailures(std::vector<Event>& events);

  void read(ExecEvent& exec);

 private:
  struct Budget {
    std::uint64_t windowNs = 0;
    std::uint32_t used = 0;
  };

  bool affords(const FailEvent& fail, std::uint64_t timeNs);

  trace::FailedPolicy failed_;
  ProcessReader reader_;
  bool stacks_;
  std::unordered_map<std::int32_t, EnterEvent>
      entered_;                                       // by tid, until it is known what became of it
  std::unordered_map<std::int32_t, Budget> budgets_;  // by tid
  Budget searches_;  // of all that found nothing: searches along PATH must not use up the others'
  Budget refusals_;
};

}  // namespace exectrail::recorder
