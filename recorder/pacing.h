// When to look for new events: at once, as long as they come singly, or a few milliseconds' worth
// together, when there are so many that each look would cost the host more than it tells.
//
// What the kernel hands us in its buffers (the exec itself, its file, its arguments) is the same
// either way. What is read of the process afterwards is lost if it ends before we look; so we do
// look at once, however many there are, while that is how arguments are found.
#pragma once

#include <cstdint>

namespace exectrail::recorder {

struct PacingSettings {
  std::uint64_t togetherFromPerSecond = 700;  // so many events, and they are taken together
  std::uint64_t singlyBelowPerSecond = 400;   // so few, and no longer
  std::uint64_t togetherNs = 5'000'000;       // from one look to the next, then
  double mostNeedyShare = 0.02;               // of events that do not bear that
};

class Pacing {
 public:
  explicit Pacing(const PacingSettings& settings = {}) : settings_(settings) {}

  // All that was there at `nowNs` has been taken: `events`, and `needy` of them lacked something
  // that only their process could tell.
  void drained(std::uint64_t nowNs, std::uint64_t events, std::uint64_t needy = 0);

  // When to look again, CLOCK_MONOTONIC; in the past: as soon as there is something.
  std::uint64_t againNs() const { return againNs_; }

  bool together() const { return together_; }

  // Whoever looks must be able to do so at once: events come singly, or looks were late of which
  // the kernel's buffers do not bear many.
  bool urgent() const { return !together_ || (lateNs_ != 0 && againNs_ - lateNs_ < kUrgentNs); }

 private:
  static constexpr std::uint64_t kUrgentNs = 10'000'000'000;

  void decide(std::uint64_t windowNs);

  PacingSettings settings_;
  bool together_ = false;
  std::uint64_t againNs_ = 0;
  std::uint64_t lateNs_ = 0;  // when we came late, last; 0: never
  std::uint64_t windowBeginNs_ = 0;
  std::uint64_t events_ = 0;  // in this window
  std::uint64_t needy_ = 0;
  double needyShare_ = 0;  // of the events before
};

// Failures of a flood, which must not keep the recorder busy, nor the recorder the host: a flood is
// known by how many failures there are in a time, not in one look. Whoever keeps up with it finds
// few in each.
class FloodPause {
 public:
  // All that was there at `nowNs` has been taken: so many events.
  void drained(std::uint64_t nowNs, std::uint64_t events);

  // Not to look before, CLOCK_MONOTONIC; 0: whenever there is something.
  std::uint64_t untilNs() const { return untilNs_; }

 private:
  std::uint64_t untilNs_ = 0;
  std::uint64_t windowBeginNs_ = 0;
  std::uint64_t events_ = 0;  // in this window
};

}  // namespace exectrail::recorder
