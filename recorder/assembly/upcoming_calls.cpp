#include "recorder/assembly/upcoming_calls.h"

#include <algorithm>
#include <cerrno>

#include "recorder/proc/entry_reader.h"

namespace exectrail::recorder {
namespace {

// A call is told of once or, where the kernel copies what it is called with, twice.
constexpr int kMostEntries = 2;

// Whose execve the event is about; nothing if it is about none.
std::optional<std::int32_t> callerOf(const Event& event) {
  if (const auto* enter = std::get_if<EnterEvent>(&event.body)) return enter->tid;
  if (const auto* fail = std::get_if<FailEvent>(&event.body)) return fail->tid;
  if (const auto* exec = std::get_if<ExecEvent>(&event.body)) return exec->oldTid;
  return std::nullopt;
}

}  // namespace

void UpcomingCalls::add(const Event& event) {
  const auto caller = callerOf(event);
  if (!caller) return;
  Call call;
  if (const auto* enter = std::get_if<EnterEvent>(&event.body)) {
    call.pathAddress = enter->filenameAddress;
  } else {
    const bool failed = std::holds_alternative<FailEvent>(event.body);
    call.kind = failed ? Call::Kind::kFailed : Call::Kind::kSucceeded;
  }
  calls_[*caller].emplace(event.timeNs, call);
}

void UpcomingCalls::forget(const Event& event) {
  const auto caller = callerOf(event);
  const auto found = caller ? calls_.find(*caller) : calls_.end();
  if (found == calls_.end()) return;
  Calls& calls = found->second;
  calls.erase(calls.begin(), calls.upper_bound(event.timeNs));
  if (calls.empty()) calls_.erase(found);
}

bool UpcomingCalls::memoryInDoubt(std::int32_t tid, std::uint64_t timeNs, std::uint64_t untilNs,
                                  std::uint64_t pathAddress) const {
  // Memory is replaced by an execve that succeeds, and callers use the same buffers for their next
  // attempt.
  const auto found = calls_.find(tid);
  if (found == calls_.end()) return false;
  for (auto next = found->second.upper_bound(timeNs); next != found->second.end(); ++next) {
    const auto& [nextNs, call] = *next;
    if (nextNs <= untilNs) return true;
    if (nextNs > untilNs + kRewriteNs) return false;
    if (call.pathAddress != 0 && call.pathAddress == pathAddress) return true;
  }
  return false;
}

UpcomingCalls::Next UpcomingCalls::nextAfter(std::int32_t tid, std::uint64_t timeNs) const {
  Next next;
  const auto found = calls_.find(tid);
  if (found == calls_.end()) return next;
  int entries = 0;
  for (auto at = found->second.upper_bound(timeNs); at != found->second.end(); ++at) {
    const auto& [atNs, call] = *at;
    next.called = true;
    // A call that only asked (AT_EXECVE_CHECK) has no outcome but that there is another one.
    if (call.kind == Call::Kind::kEntered && ++entries <= kMostEntries) continue;
    next.outcomeNs = atNs;
    next.succeeded = call.kind == Call::Kind::kSucceeded;
    break;
  }
  return next;
}

std::optional<std::uint64_t> UpcomingCalls::fallbackAfter(std::int32_t tid,
                                                          std::uint64_t timeNs) const {
  const Next next = nextAfter(tid, timeNs);
  if (!next.succeeded || next.outcomeNs > timeNs + kFallbackNs) return std::nullopt;
  return next.outcomeNs;
}

std::uint64_t UpcomingCalls::fallbackKnownNs(std::uint64_t timeNs, const FailEvent& fail) const {
  if (fail.errorNumber != ENOEXEC) return 0;
  const EntryReading* const known = fail.reading.get();
  const bool told =
      known != nullptr && known->typedPath.known() &&
      (known->pathCopied || !memoryInDoubt(fail.tid, timeNs, known->endNs, fail.filenameAddress));
  if (told) return 0;
  const Next next = nextAfter(fail.tid, timeNs);
  if (!next.called) return timeNs + kRewriteNs;
  const std::uint64_t latestNs = timeNs + kFallbackNs;
  return next.outcomeNs == 0 ? latestNs : std::min(next.outcomeNs, latestNs);
}

}  // namespace exectrail::recorder
