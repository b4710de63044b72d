#include "recorder/observer.h"

#include <cstdint>
#include <unordered_map>

#include "recorder/failed_policy.h"
#include "recorder/proc/entry_reader.h"
#include "recorder/proc/process_reader.h"

namespace exectrail::recorder {
namespace {

// What became of a thread's execve, when the same drain says it.
struct Outcome {
  bool memoryReplaced = false;  // it has succeeded since: earlier addresses mean nothing any more
  bool failedUnkept = false;    // the call that comes next, going back, failed and is not kept
};

}  // namespace

void observe(std::vector<Event>& events, trace::FailedPolicy failed) {
  // Newest first: the newest program has the best chance to be there still.
  std::unordered_map<std::int32_t, Outcome> outcomes;
  for (auto event = events.rbegin(); event != events.rend(); ++event) {
    if (auto* exec = std::get_if<ExecEvent>(&event->body)) {
      exec->reading = std::make_shared<const ProcessReading>(readProcess(exec->tgid));
      outcomes[exec->oldTid].memoryReplaced = true;
    } else if (const auto* fail = std::get_if<FailEvent>(&event->body)) {
      outcomes[fail->tid].failedUnkept = !keepsFailure(failed, fail->errorNumber);
    } else if (auto* enter = std::get_if<EnterEvent>(&event->body)) {
      Outcome& outcome = outcomes[enter->tid];
      if (!outcome.memoryReplaced && !outcome.failedUnkept) {
        enter->reading = std::make_shared<const EntryReading>(readEntry(*enter));
      }
      outcome.failedUnkept = false;
    }
  }
}

}  // namespace exectrail::recorder
