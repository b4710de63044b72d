// When the recorder looks at once and when it lets events gather.
#include "recorder/pacing.h"

#include <gtest/gtest.h>

namespace exectrail::recorder {
namespace {

constexpr std::uint64_t kMillisecond = 1'000'000;

class PacingTest : public testing::Test {
 protected:
  // Events at an even rate for so long, each look taking what has come since the one before.
  void run(std::uint64_t perSecond, std::uint64_t milliseconds, double needyShare = 0) {
    const std::uint64_t endNs = nowNs_ + milliseconds * kMillisecond;
    double needyDue = 0;
    while (nowNs_ < endNs) {
      std::uint64_t lookNs = nowNs_ + 1'000'000'000 / perSecond;
      if (pacing_.againNs() > lookNs) lookNs = pacing_.againNs();
      due_ += static_cast<double>((lookNs - nowNs_) * perSecond) / 1e9;
      nowNs_ = lookNs;
      const auto events = static_cast<std::uint64_t>(due_);
      due_ -= static_cast<double>(events);
      needyDue += static_cast<double>(events) * needyShare;
      const auto needy = static_cast<std::uint64_t>(needyDue);
      needyDue -= static_cast<double>(needy);
      pacing_.drained(nowNs_, events, needy);
    }
  }

  Pacing pacing_;
  std::uint64_t nowNs_ = 1'000 * kMillisecond;
  double due_ = 0;
};

TEST_F(PacingTest, FewAreLookedAtOneByOne) {
  run(400, 1'000);
  EXPECT_FALSE(pacing_.together());
  EXPECT_LE(pacing_.againNs(), nowNs_);
}

TEST_F(PacingTest, ManyAreTakenTogether) {
  run(1'500, 600);
  EXPECT_TRUE(pacing_.together());
  EXPECT_EQ(pacing_.againNs(), nowNs_ + 5 * kMillisecond);
}

TEST_F(PacingTest, ABurstOfAMomentIsNotMany) {
  pacing_.drained(nowNs_, 0);
  for (int i = 0; i < 60; ++i) pacing_.drained(nowNs_ += kMillisecond, 1);
  pacing_.drained(nowNs_ += 400 * kMillisecond, 0);
  EXPECT_FALSE(pacing_.together());
}

TEST_F(PacingTest, WhatWasManyMustBecomeFewer) {
  run(1'500, 600);
  run(500, 600);
  EXPECT_TRUE(pacing_.together());
  run(300, 600);
  EXPECT_FALSE(pacing_.together());
  run(500, 600);
  EXPECT_FALSE(pacing_.together());
}

TEST_F(PacingTest, WhoComesLateIsUrgentForAWhile) {
  EXPECT_TRUE(pacing_.urgent()) << "singly";
  run(1'500, 1'000);
  EXPECT_FALSE(pacing_.urgent());
  pacing_.drained(nowNs_ += 14 * kMillisecond, 21);
  EXPECT_FALSE(pacing_.urgent()) << "nine milliseconds";
  pacing_.drained(nowNs_ += 15 * kMillisecond, 22);
  EXPECT_TRUE(pacing_.urgent());
  run(1'500, 9'000);
  EXPECT_TRUE(pacing_.urgent());
  run(1'500, 2'000);
  EXPECT_FALSE(pacing_.urgent());
}

TEST_F(PacingTest, QuietEndsIt) {
  run(1'500, 600);
  pacing_.drained(nowNs_ + 5 * kMillisecond, 0);
  pacing_.drained(nowNs_ + 400 * kMillisecond, 0);
  EXPECT_FALSE(pacing_.together());
  EXPECT_EQ(pacing_.againNs(), 0U);
}

TEST_F(PacingTest, NeedyOnesAreNeverKeptWaiting) {
  run(1'500, 1'000, 0.2);
  EXPECT_FALSE(pacing_.together());
  // What bears waiting does again, once it is nearly all there is.
  run(1'500, 5'000, 0.01);
  EXPECT_TRUE(pacing_.together());
  run(1'500, 1'000, 0.2);
  EXPECT_FALSE(pacing_.together());
}

TEST(FloodPauseTest, WhatComesAtOnceIsAFlood) {
  FloodPause flood;
  flood.drained(1'000 * kMillisecond, 3'999);
  EXPECT_EQ(flood.untilNs(), 0U);
  flood.drained(2'000 * kMillisecond, 4'000);
  EXPECT_EQ(flood.untilNs(), 2'050 * kMillisecond);
}

// A recorder that keeps up with it finds a few hundred at each look, and was kept busy by them.
TEST(FloodPauseTest, WhatComesInManyLooksIsOneToo) {
  FloodPause flood;
  std::uint64_t nowNs = 1'000 * kMillisecond;
  for (int i = 0; i < 39; ++i) flood.drained(nowNs += kMillisecond, 100);
  EXPECT_EQ(flood.untilNs(), 0U);
  flood.drained(nowNs += kMillisecond, 100);
  EXPECT_EQ(flood.untilNs(), nowNs + 50 * kMillisecond);
}

TEST(FloodPauseTest, ASearchAlongPathIsNone) {
  FloodPause flood;
  std::uint64_t nowNs = 1'000 * kMillisecond;
  for (int i = 0; i < 1'000; ++i) {
    flood.drained(nowNs += kMillisecond, 39);
    EXPECT_EQ(flood.untilNs(), 0U);
  }
}

TEST(FloodPauseTest, ItEndsWithTheFirstLookThatFindsFew) {
  FloodPause flood;
  flood.drained(1'000 * kMillisecond, 100'000);
  flood.drained(1'101 * kMillisecond, 10);
  EXPECT_EQ(flood.untilNs(), 0U);
}

}  // namespace
}  // namespace exectrail::recorder
