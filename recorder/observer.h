// Reads the short-lived evidence for events the moment they arrive, before they are merged: /proc
// of a program that has just started, the memory of one whose execve has just failed.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "recorder/events/event.h"
#include "recorder/proc/file_hasher.h"
#include "recorder/proc/process_reader.h"
#include "trace/metadata.h"

namespace exectrail::recorder {

class Observer {
 public:
  struct Means {
    bool procfs = true;            // without, nothing is read: neither /proc nor memory
    FileHasher* hasher = nullptr;  // null: executables are not hashed
    bool stacks = true;  // execs come with what perf knows: /proc is not asked for it again
  };
  Observer(trace::FailedPolicy failed, const std::vector<std::string>& environmentNames,
           const Means& means);

  // `events` are those of one drain, in order of time. Fills the readings of execs; with
  // `onlyLiving`, those whose process has ended since are not looked for: one that nobody has
  // waited for yet could still tell a little, a storm makes that too dear.
  void readExecs(std::vector<Event>& events, bool onlyLiving);

  // The same for failed attempts, from the entries and openings among the events, and what memory
  // says where those are silent. A process gets only so many readings a second: a flood of failures
  // must not keep us from anything else.
  void readFailures(std::vector<Event>& events);

  void read(ExecEvent& exec);

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

  Facts wantedOf(const ExecEvent& exec) const;
  void noteEnded(ExecEvent& exec);
  void readCall(const Call& call, std::uint64_t failedNs, FailEvent& fail);
  void forgetOld(std::uint64_t nowNs);
  bool affords(const FailEvent& fail, std::uint64_t timeNs);

  trace::FailedPolicy failed_;
  ProcessReader reader_;
  Means means_;
  std::unordered_set<std::int32_t> ended_;            // threads, in this drain
  std::unordered_map<std::int32_t, Call> calls_;      // by tid, until it is known what became of it
  std::size_t mostCalls_ = 1024;                      // more: the old ones are forgotten
  std::unordered_map<std::int32_t, Budget> budgets_;  // by tid
  Budget searches_;  // of all that found nothing: searches along PATH must not use up the others'
  Budget refusals_;
};

}  // namespace exectrail::recorder
