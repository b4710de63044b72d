#include "recorder/pacing.h"

namespace exectrail::recorder {
namespace {

// Long enough to tell a storm from a shell's few dozen programs at once.
constexpr std::uint64_t kWindowNs = 250'000'000;

// Of the share, so much is that of the last window.
constexpr double kNewest = 0.25;

// A ring of perf holds some 120 stacks: a twentieth of a second of a storm.
constexpr std::uint64_t kLateNs = 10'000'000;

// So many events of failures in this time are a flood: 20,000 attempts a second, each an entry and
// a failure. No build searches PATH as fast.
constexpr std::uint64_t kFloodEvents = 4000;
constexpr std::uint64_t kFloodWindowNs = 100'000'000;

// What the kernel has to overwrite until then becomes a gap in the failures.
constexpr std::uint64_t kFloodPauseNs = 50'000'000;

}  // namespace

void Pacing::drained(std::uint64_t nowNs, std::uint64_t events, std::uint64_t needy) {
  if (windowBeginNs_ == 0) windowBeginNs_ = nowNs;
  if (againNs_ != 0 && nowNs >= againNs_ + kLateNs) lateNs_ = nowNs;
  events_ += events;
  needy_ += needy;
  if (nowNs - windowBeginNs_ >= kWindowNs) {
    decide(nowNs - windowBeginNs_);
    windowBeginNs_ = nowNs;
    events_ = needy_ = 0;
  }
  againNs_ = together_ ? nowNs + settings_.togetherNs : 0;
}

void Pacing::decide(std::uint64_t windowNs) {
  const auto perSecond = [&](std::uint64_t rate) { return rate * windowNs / 1'000'000'000; };
  if (events_ >= 10) {
    const double share = static_cast<double>(needy_) / static_cast<double>(events_);
    needyShare_ += (share - needyShare_) * kNewest;
  }
  const std::uint64_t from =
      together_ ? settings_.singlyBelowPerSecond : settings_.togetherFromPerSecond;
  const bool many = events_ >= perSecond(from);
  together_ = many && needyShare_ <= settings_.mostNeedyShare;
}

void FloodPause::drained(std::uint64_t nowNs, std::uint64_t events) {
  if (nowNs - windowBeginNs_ >= kFloodWindowNs) {
    windowBeginNs_ = nowNs;
    events_ = 0;
  }
  events_ += events;
  untilNs_ = events_ >= kFloodEvents ? nowNs + kFloodPauseNs : 0;
}

}  // namespace exectrail::recorder
