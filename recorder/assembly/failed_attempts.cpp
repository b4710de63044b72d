#include "recorder/assembly/failed_attempts.h"

#include <algorithm>

#include "recorder/assembly/failed_policy.h"

namespace exectrail::recorder {
namespace {

constexpr std::uint64_t kWindowNs = 1'000'000'000;

// What comes late, when several processors are busy, counts as if it had come in time.
bool isFlood(Failures& failures, std::uint64_t timeNs) {
  if (timeNs >= failures.windowNs + kWindowNs) {
    failures.windowNs = timeNs;
    failures.keptInWindow = 0;
  }
  return ++failures.keptInWindow > kMostAttemptsASecond;
}

}  // namespace

bool keepAttempt(Failures& failures, trace::FailedPolicy policy, std::uint64_t timeNs,
                 std::uint16_t errorNumber, const trace::Field<bool>& targetExists) {
  trace::TallyReason reason = whyNotKept(policy, errorNumber, targetExists);
  if (reason == trace::TallyReason::kUnknown && isFlood(failures, timeNs)) {
    reason = trace::TallyReason::kFlood;
  }
  if (reason == trace::TallyReason::kUnknown) {
    ++failures.kept;
    return true;
  }
  Failures::Tally& tally = failures.notKept[{errorNumber, reason}];
  tally.fromNs = tally.count++ == 0 ? timeNs : std::min(tally.fromNs, timeNs);
  tally.toNs = std::max(tally.toNs, timeNs);
  return false;
}

void takeTallies(Process& process, const std::function<void(const trace::AttemptTally&)>& take) {
  for (const auto& [key, tally] : process.failures.notKept) {
    take({process.image, key.first, tally.count, tally.fromNs, tally.toNs, key.second});
  }
  process.failures.notKept.clear();
}

}  // namespace exectrail::recorder
