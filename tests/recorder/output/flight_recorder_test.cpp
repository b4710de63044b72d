// What a flight recorder holds, what it gives up and that it says so; and that each window is a
// trace that can be read.
#include "recorder/output/flight_recorder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>

#include "recorder/output/flight_output.h"
#include "tests/recorder/output/batches.h"
#include "tests/support/traces.h"
#include "trace/escape.h"

namespace exectrail::recorder {
namespace {

using test::exec;
using test::image;
using test::snapshot;

constexpr std::uint64_t kSecond = 1'000'000'000;

// An exec of its own process at each of the given times.
void record(FlightRecorder& recorder, BatchSealer& sealer, test::CollectingSink& sink,
            std::uint64_t timeNs, std::uint32_t pid, const std::string& path) {
  const test::OwnedRecord one = exec(path).pid(pid).by(image(1)).at(timeNs);
  sealer.add(one.record);
  sealer.flush();
  for (SealedBatch& batch : sink.batches) recorder.add(std::move(batch));
  sink.batches.clear();
}

trace::ClockReading at(std::uint64_t monotonicNs) {
  return {monotonicNs, 5000 * kSecond + monotonicNs, 100 * kSecond + monotonicNs};
}

// Writes a window as the recorder does.
test::ReadTrace written(const FlightWindow& window) {
  test::MemorySink sink;
  trace::Writer writer(sink, window.header);
  for (const SealedBatch& batch : window.batches) {
    writer.addBatch(*batch.content, batch.counts.records, batch.fresh);
  }
  writer.finish(window.end);
  return test::ReadTrace(sink.bytes());
}

struct Fixture {
  explicit Fixture(FlightSettings settings) : recorder(settings, test::header()), sealer(sink) {
    sink.runNs = settings.windowNs / 8;
    sealer.add(test::OwnedRecord(snapshot("/sbin/init").pid(1).top()).record);
  }
  void run(std::uint64_t timeNs, std::uint32_t pid, const std::string& path = "/bin/x") {
    record(recorder, sealer, sink, timeNs, pid, path);
  }

  FlightRecorder recorder;
  test::CollectingSink sink;
  BatchSealer sealer;
};

std::vector<std::uint32_t> execsIn(const test::ReadTrace& read) {
  std::vector<std::uint32_t> pids;
  for (const trace::Record& one : read.records) {
    if (const auto* ran = std::get_if<trace::Exec>(&one.body)) pids.push_back(ran->image.id.tgid);
  }
  return pids;
}

TEST(FlightRecorder, HoldsTheWindowAndAtMostAnEighthMore) {
  Fixture flight({8 * kSecond});
  for (std::uint32_t second = 1; second <= 60; ++second) flight.run(second * kSecond, 100 + second);
  const FlightWindow window = flight.recorder.take(at(60 * kSecond), trace::EndReason::kWindow);
  const test::ReadTrace read = written(window);
  EXPECT_EQ(read.state.completeness, trace::Completeness::kComplete);
  const std::vector<std::uint32_t> pids = execsIn(read);
  EXPECT_EQ(pids.back(), 160U);
  EXPECT_LE(pids.front(), 152U) << "eight seconds are there";
  EXPECT_GE(pids.front(), 150U) << "and little more";
  EXPECT_GE(window.heldNs, 8 * kSecond);
  EXPECT_LE(window.heldNs, 10 * kSecond);
  EXPECT_FALSE(window.shortened);
  EXPECT_EQ(read.end.reason, trace::EndReason::kWindow);
  EXPECT_EQ(read.end.execs, pids.size());
  EXPECT_EQ(read.end.timeNs, 60 * kSecond);
}

TEST(FlightRecorder, EveryImageThatRanAtItsBeginningIsThere) {
  Fixture flight({2 * kSecond});
  flight.run(1 * kSecond, 7, "/usr/sbin/daemon");
  for (std::uint32_t second = 2; second <= 30; ++second) flight.run(second * kSecond, 100 + second);
  const test::ReadTrace read =
      written(flight.recorder.take(at(30 * kSecond), trace::EndReason::kWindow));
  std::set<std::uint32_t> snapshots;
  for (const trace::Record& one : read.records) {
    const auto* known = std::get_if<trace::Snapshot>(&one.body);
    if (known == nullptr) continue;
    snapshots.insert(known->image.id.tgid);
    EXPECT_EQ(one.timeNs, read.header.clock.monotonicNs);
  }
  for (const std::uint32_t pid : {1U, 7U, 102U, 120U}) EXPECT_TRUE(snapshots.contains(pid)) << pid;
  EXPECT_FALSE(snapshots.contains(130)) << "it started inside the window";
}

TEST(FlightRecorder, ItsClockIsThatOfTheBeginningOfTheWindow) {
  Fixture flight({2 * kSecond});
  for (std::uint32_t second = 1; second <= 30; ++second) flight.run(second * kSecond, 100 + second);
  const FlightWindow window = flight.recorder.take(at(30 * kSecond), trace::EndReason::kWindow);
  const trace::ClockReading& clock = window.header.clock;
  EXPECT_EQ(clock.monotonicNs, 30 * kSecond - window.heldNs);
  EXPECT_EQ(clock.realtimeNs - clock.monotonicNs, 5000 * kSecond);
  EXPECT_EQ(clock.boottimeNs - clock.monotonicNs, 100 * kSecond);
}

TEST(FlightRecorder, MemoryIsBoundedAndAShorterWindowSaysSo) {
  constexpr std::size_t kMemory = std::size_t{1} << 20;
  Fixture flight({1000 * kSecond, kMemory});
  flight.sink.runNs = kSecond;
  std::mt19937 random(1);
  for (std::uint32_t i = 1; i <= 3000; ++i) {
    std::string path = "/tmp/";
    for (int c = 0; c < 1500; ++c) path += static_cast<char>('a' + random() % 26);
    flight.run(i * kSecond / 10, 100, path);
    ASSERT_LE(flight.recorder.bytes(), kMemory + (std::size_t{64} << 10));
  }
  const FlightWindow window = flight.recorder.take(at(300 * kSecond), trace::EndReason::kWindow);
  EXPECT_TRUE(window.shortened);
  EXPECT_LT(window.heldNs, 200 * kSecond);
  EXPECT_GT(window.heldNs, 10 * kSecond);
  EXPECT_THAT(
      window.header.capture.sourceNotes.back(),
      testing::HasSubstr("of 1000.0 s asked for; more did not fit into its 1.0 MB of memory"));
  EXPECT_EQ(written(window).state.completeness, trace::Completeness::kComplete);
}

TEST(FlightRecorder, AWindowThatIsNotYetFullIsNotShortened) {
  Fixture flight({1000 * kSecond});
  flight.run(5 * kSecond, 100);
  const FlightWindow window = flight.recorder.take(at(6 * kSecond), trace::EndReason::kInterrupted);
  EXPECT_FALSE(window.shortened);
  EXPECT_THAT(window.header.capture.sourceNotes.back(),
              testing::StartsWith("flight recorder: the last 6.0 s of 1000.0 s asked for"));
}

TEST(FlightRecorder, TakingAWindowTwiceGivesTheSame) {
  Fixture flight({2 * kSecond});
  for (std::uint32_t second = 1; second <= 30; ++second) flight.run(second * kSecond, 100 + second);
  const auto first = written(flight.recorder.take(at(30 * kSecond), trace::EndReason::kWindow));
  const auto second = written(flight.recorder.take(at(30 * kSecond), trace::EndReason::kWindow));
  EXPECT_EQ(first.bytes, second.bytes);
}

TEST(FlightOutput, EachWindowHasAFileOfItsOwn) {
  constexpr std::uint64_t kTime = 1'772'600'767'123'000'000;  // 2026-03-04T05:06:07.123Z
  EXPECT_EQ(windowPath("/var/incident.trail", kTime), "/var/incident-20260304T050607.123Z.trail");
  EXPECT_EQ(windowPath("incident", kTime), "incident-20260304T050607.123Z");
}

}  // namespace
}  // namespace exectrail::recorder
