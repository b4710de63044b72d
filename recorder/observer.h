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
  // Without `procfs` nothing is read: neither /proc nor memory.
  Observer(trace::FailedPolicy failed, bool procfs) : failed_(failed), procfs_(procfs) {}

  // `events` are those of one drain, in order of time. Fills the readings of execs.
  void readExecs(std::vector<Event>& events) const;

  // The same for failed attempts, from the entries and openings among the events, and what memory
  // says where those are silent. A process gets only so many readings a second: a flood of failures
  // must not keep us from anything else.
  void readFailures(std::vector<Event>& events);

  static void read(ExecEvent& exec);

 private:
  // An execve under way, as far as the kernel has told.
  struct Call {
    std::uint64_t timeNs = 0;
    EnterEvent entered;
    std::vector<std::string> opened;  // to run it: the file, then the interpreters it names
  };
  struct Budget {
    std::uint64_t windowNs = 0;
    std::uint32_t used = 0;
  };

  void readCall(const Call& call, std::uint64_t failedNs, FailEvent& fail);
  void forgetOld(std::uint64_t nowNs);
  bool affords(std::int32_t tid, std::uint64_t timeNs);

  trace::FailedPolicy failed_;
  bool procfs_;
  std::unordered_map<std::int32_t, Call> calls_;      // by tid, until it is known what became of it
  std::size_t mostCalls_ = 1024;                      // more: the old ones are forgotten
  std::unordered_map<std::int32_t, Budget> budgets_;  // by tid
  Budget total_;
};

}  // namespace exectrail::recorder
