#include "recorder/assembly/upcoming_calls.h"

#include <algorithm>
#include <cerrno>

#include "recorder/proc/entry_reader.h"

namespace exectrail::recorder {
namespace {

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

std::optional<UpcomingCalls::Outcome> UpcomingCalls::outcomeAfter(std::int32_t tid,
                                                                  std::uint64_t timeNs) const {
  const auto found = calls_.find(tid);
  if (found == calls_.end()) return std::nullopt;
  for (auto next = found->second.upper_bound(timeNs); next != found->second.end(); ++next) {
    const auto& [nextNs, call] = *next;
    if (call.kind == Call::Kind::kEntered) continue;
    return Outcome{nextNs, call.kind == Call::Kind::kSucceeded};
  }
  return std::nullopt;
}

std::optional<std::uint64_t> UpcomingCalls::fallbackAfter(std::int32_t tid,
                                                          std::uint64_t timeNs) const {
  const auto next = outcomeAfter(tid, timeNs);
  if (!next || !next->succeeded || next->timeNs > timeNs + kFallbackNs) return std::nullopt;
  return next->timeNs;
}

std::uint64_t UpcomingCalls::fallbackKnownNs(std::uint64_t timeNs, const FailEvent& fail) const {
  if (fail.errorNumber != ENOEXEC) return 0;
  const EntryReading* const known = fail.reading.get();
  const bool told =
      known != nullptr && known->typedPath.known() &&
      (known->pathCopied || !memoryInDoubt(fail.tid, timeNs, known->endNs, fail.filenameAddress));
  if (told) return 0;
  const auto next = outcomeAfter(fail.tid, timeNs);
  return std::min(timeNs + kFallbackNs, next ? next->timeNs : timeNs + kFallbackNs);
}

}  // namespace exectrail::recorder
