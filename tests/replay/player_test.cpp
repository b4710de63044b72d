// A trace that is played keeps its records, and its time.
#include "replay/traces/player.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/replay/programs.h"

namespace exectrail::replay {
namespace {

using std::chrono::nanoseconds;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::uint64_t kSecond = 1'000'000'000;

class PlayerTest : public testing::Test {
 protected:
  std::vector<nanoseconds> play(double speed, const std::string& bytes) {
    waits_.clear();
    const auto reader = trace::openTraceBytes({bytes.data(), bytes.size()}, "memory");
    report_ =
        replay::play(*reader, sink_, speed, [this](nanoseconds due) { waits_.push_back(due); });
    return waits_;
  }

  const std::string bytes_ = test::traceBytes(
      {test::exec("/usr/bin/sh").pid(1).at(0), test::exec("/tmp/a").pid(2).at(kSecond),
       test::exec("/tmp/b").pid(3).at(3 * kSecond)},
      100);
  test::MemorySink sink_;
  PlayReport report_;
  std::vector<nanoseconds> waits_;
};

TEST_F(PlayerTest, KeepsTheTimeOfTheRecording) {
  EXPECT_THAT(play(1, bytes_),
              ElementsAre(nanoseconds(0), nanoseconds(kSecond), nanoseconds(3 * kSecond)));
}

TEST_F(PlayerTest, PlaysFasterOrAtOnce) {
  EXPECT_THAT(play(2, bytes_),
              ElementsAre(nanoseconds(0), nanoseconds(kSecond / 2), nanoseconds(3 * kSecond / 2)));
  EXPECT_THAT(play(0, bytes_), IsEmpty());
}

TEST_F(PlayerTest, TheCopyHoldsTheSameRecords) {
  play(1, bytes_);
  EXPECT_EQ(3U, report_.records);
  EXPECT_TRUE(report_.whole);
  const auto load = [](const std::string& bytes) {
    return std::make_unique<LoadedTrace>(
        *trace::openTraceBytes({bytes.data(), bytes.size()}, "memory"), "memory");
  };
  const auto before = load(bytes_);
  const auto after = load(sink_.bytes());
  EXPECT_EQ(trace::Completeness::kComplete, after->state().completeness);
  EXPECT_EQ(before->records(), after->records());
  EXPECT_EQ(before->end(), after->end());
}

TEST_F(PlayerTest, WhatHasNoEndIsPlayedWithoutOne) {
  play(1, bytes_.substr(0, bytes_.size() - 8));
  EXPECT_FALSE(report_.whole);
  const std::string played = sink_.bytes();
  const auto reader = trace::openTraceBytes({played.data(), played.size()}, "memory");
  trace::Record record;
  std::size_t records = 0;
  while (reader->next(record)) ++records;
  EXPECT_EQ(report_.records, records);
  EXPECT_EQ(trace::Completeness::kUnfinished, reader->state().completeness);
}

}  // namespace
}  // namespace exectrail::replay
