// What threads did about execve, as far as it is known and not yet delivered: whoever receives an
// earlier event of a thread learns what came next.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>

#include "recorder/events/event.h"

namespace exectrail::recorder {

class UpcomingCalls {
 public:
  // A caller writes its next attempt's path this long before it calls, or less: libraries that
  // search PATH do so at once, in the buffer of the attempt that has just failed.
  static constexpr std::uint64_t kRewriteNs = 2'000'000;

  // Who has been refused a file that may be a script runs a shell on it at once or never: half a
  // millisecond later, on a busy host 16 ms. So long at most everything waits behind a refusal
  // whose path nothing but that shell may tell, and only while the caller is in its next execve.
  static constexpr std::uint64_t kFallbackNs = 20'000'000;

  void add(const Event& event);

  // The event and what its thread did before are over.
  void forget(const Event& event);

  // Whether thread `tid` went on after `timeNs` to another execve: before `untilNs`, or soon after
  // that with a path at the same address.
  bool memoryInDoubt(std::int32_t tid, std::uint64_t timeNs, std::uint64_t untilNs,
                     std::uint64_t pathAddress) const;

  // When the exec took place that thread `tid` made next after `timeNs`, if it tried nothing else
  // in between, and within kFallbackNs.
  std::optional<std::uint64_t> fallbackAfter(std::int32_t tid, std::uint64_t timeNs) const;

  // Until when events must be known for fallbackAfter() to say what there is to say; 0 if it need
  // not be asked, since what was refused at `timeNs` is known or can be no script.
  std::uint64_t fallbackKnownNs(std::uint64_t timeNs, const FailEvent& fail) const;

 private:
  struct Call {
    enum class Kind : std::uint8_t { kEntered, kFailed, kSucceeded } kind = Kind::kEntered;
    std::uint64_t pathAddress = 0;  // 0: not known
  };
  // By time. Ordered trees: a flood brings them by the thousand in no order.
  using Calls = std::multimap<std::uint64_t, Call>;

  // What a thread did next.
  struct Next {
    bool called = false;
    std::uint64_t outcomeNs = 0;  // 0: not known yet
    bool succeeded = false;
  };
  Next nextAfter(std::int32_t tid, std::uint64_t timeNs) const;

  std::unordered_map<std::int32_t, Calls> calls_;  // by tid
};

}  // namespace exectrail::recorder
