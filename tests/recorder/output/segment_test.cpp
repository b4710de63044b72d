// Segments: together they are the recording and nothing else, each of them can be read alone, and
// what has been kept long enough goes, oldest first, with a word about it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <set>

#include "recorder/output/encoded_record.h"
#include "recorder/output/retention.h"
#include "recorder/output/segment_output.h"
#include "tests/recorder/output/segments.h"
#include "tests/support/temporary_folder.h"
#include "trace/errors.h"

namespace exectrail::recorder {
namespace {

using test::Records;
using test::SegmentedRecording;
using test::TemporaryFolder;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::uint64_t kSecond = 1'000'000'000;

const Notify kSilent = [](const std::string&) {};

// Every second a process more; every third one ends.
Records host(std::uint32_t seconds) {
  Records records = {test::snapshot("/sbin/init").pid(1, 0).top()};
  for (std::uint32_t i = 1; i <= seconds; ++i) {
    records.push_back(test::forked(test::image(1, 0), 100 + i).at(i * kSecond));
    records.push_back(test::exec("/bin/x" + std::to_string(i % 7))
                          .pid(100 + i, 1)
                          .by(test::image(1, 0))
                          .at(i * kSecond + 1));
    if (i % 3 == 0) records.push_back(test::exited(test::image(100 + i)).at(i * kSecond + 2));
  }
  return records;
}

struct ReadSegment {
  explicit ReadSegment(const std::string& path) {
    const auto reader = trace::openTrace(path, trace::Checks::kDigestsAndChain);
    header = reader->header();
    trace::BatchBuilder builder;
    for (trace::Record record; reader->next(record);) {
      const bool restated = encoded.size() < header.segment.restatedRecords;
      if (restated) times.insert(record.timeNs);
      encoded.push_back(encodeRecord(builder, record));
    }
    state = reader->state();
    end = reader->end().value_or(trace::End{});
    head = reader->head();
  }
  trace::Header header;
  trace::ReadState state;
  trace::End end;
  trace::Digest256 head{};
  std::vector<EncodedRecord> encoded;
  std::set<std::uint64_t> times;  // of what is restated
};

TEST(Segments, TogetherAreTheRecordingAndEachCanBeReadAlone) {
  const Records records = host(60);
  TemporaryFolder folder;
  const SegmentedRecording recording(folder.path(), records, 5,
                                     {std::uint64_t{1} << 30, 10 * kSecond});
  ASSERT_GE(recording.files.size(), 5U);
  EXPECT_THAT(recording.messages, ElementsAre());
  std::vector<EncodedRecord> expected;
  trace::BatchBuilder builder;
  for (const auto& one : records) expected.push_back(encodeRecord(builder, one.record));
  std::vector<EncodedRecord> together;
  std::optional<trace::Digest256> before;
  std::uint64_t execs = 0;
  for (std::size_t i = 0; i < recording.files.size(); ++i) {
    SCOPED_TRACE(recording.files[i]);
    const ReadSegment segment(recording.files[i]);
    EXPECT_EQ(segment.state.completeness, trace::Completeness::kComplete);
    EXPECT_EQ(segment.header.segment.number, i + 1);
    EXPECT_EQ(segment.header.recordingId, test::header().recordingId);
    EXPECT_EQ(segment.header.segment.previousHead, before) << "the chain goes through all of them";
    EXPECT_EQ(segment.end.reason, i + 1 == recording.files.size() ? trace::EndReason::kInterrupted
                                                                  : trace::EndReason::kRotated);
    if (i > 0) {
      EXPECT_GT(segment.header.segment.restatedRecords, 0U);
      EXPECT_THAT(segment.times, ElementsAre(segment.header.clock.monotonicNs));
      EXPECT_EQ(segment.header.clock.realtimeNs - segment.header.clock.monotonicNs,
                test::header().clock.realtimeNs - test::header().clock.monotonicNs);
    }
    together.insert(together.end(),
                    segment.encoded.begin() +
                        static_cast<std::ptrdiff_t>(segment.header.segment.restatedRecords),
                    segment.encoded.end());
    execs += segment.end.execs;
    before = segment.head;
  }
  EXPECT_EQ(together, expected);
  EXPECT_EQ(execs, 60U);
}

TEST(Segments, EndAtASize) {
  TemporaryFolder folder;
  const SegmentedRecording recording(folder.path(), host(200), 5, {20'000, 1000 * kSecond});
  EXPECT_GE(recording.files.size(), 4U);
}

TEST(Segments, WhatRunsWhenASegmentBeginsIsInIt) {
  TemporaryFolder folder;
  const SegmentedRecording recording(folder.path(), host(30), 5,
                                     {std::uint64_t{1} << 30, 10 * kSecond});
  const auto reader = trace::openTrace(recording.files.at(1));
  std::set<std::uint32_t> restated;
  for (trace::Record record; reader->next(record);) {
    if (const auto* one = std::get_if<trace::Snapshot>(&record.body)) {
      restated.insert(one->image.id.tgid);
    }
  }
  for (const std::uint32_t pid : {1U, 101U, 102U, 104U}) EXPECT_TRUE(restated.contains(pid)) << pid;
  EXPECT_FALSE(restated.contains(103)) << "it had ended";
}

TEST(SegmentFolder, LaterRecordingsSortBehindEarlierOnes) {
  TemporaryFolder folder;
  const SegmentedRecording first(folder.path() + "/a", host(3), 5, {});
  trace::Header set = test::header();
  set.recordingId[0] ^= 0xff;
  set.clock.realtimeNs -= 3600 * kSecond;  // the clock was set back
  const std::string before = first.files.at(0);
  ASSERT_EQ(::mkdir((folder.path() + "/b").c_str(), 0755), 0);
  std::ifstream in(before, std::ios::binary);
  std::ofstream(folder.path() + "/b/" + before.substr(before.rfind('/') + 1), std::ios::binary)
      << in.rdbuf();
  const SegmentedRecording second(folder.path() + "/b", host(3), 5, {}, set);
  ASSERT_EQ(second.files.size(), 2U);
  EXPECT_EQ(trace::openTrace(second.files[0])->header().recordingId, test::header().recordingId);
  EXPECT_EQ(trace::openTrace(second.files[1])->header().recordingId, set.recordingId);
}

TEST(SegmentFolder, OneRecorderAtATimeAndOtherFilesAreLeftAlone) {
  TemporaryFolder folder;
  std::ofstream(folder.path() + "/notes.trail") << "mine";
  std::ofstream(folder.path() + "/20260304T050607.123Z-3f9c1a7e-000001.trail.packing") << "half";
  SegmentFolder one(folder.path(), kSilent);
  EXPECT_THROW(SegmentFolder(folder.path(), kSilent), EnvironmentError);
  EXPECT_TRUE(one.list().empty());
  one.removeLeftovers();
  EXPECT_FALSE(
      std::ifstream(folder.path() + "/20260304T050607.123Z-3f9c1a7e-000001.trail.packing").good());
  EXPECT_TRUE(std::ifstream(folder.path() + "/notes.trail").good());
}

std::vector<std::string> namesOf(const std::vector<Removal>& removals) {
  std::vector<std::string> names;
  for (const Removal& removal : removals) names.push_back(removal.name);
  return names;
}

TEST(Retention, TheOldestGoFirstAndTheCurrentOneStays) {
  const std::vector<SegmentFile> files = {
      {"a", 100, 10 * kSecond}, {"b", 100, 20 * kSecond}, {"c", 100, 30 * kSecond}, {"d", 100, 0}};
  const SegmentFolder::Room room{1000, 10'000};
  EXPECT_THAT(removable(files, "d", {}, room, 1000 * kSecond), ElementsAre());
  Retention age;
  age.ageNs = 15 * kSecond;
  EXPECT_THAT(namesOf(removable(files, "d", age, room, 36 * kSecond)), ElementsAre("a", "b"));
  Retention bytes;
  bytes.bytes = 250;
  EXPECT_THAT(namesOf(removable(files, "d", bytes, room, 0)), ElementsAre("a", "b"));
  Retention free;
  free.free = 1050;
  EXPECT_THAT(namesOf(removable(files, "d", free, room, 0)), ElementsAre("a"));
  Retention percent;
  percent.freePercent = 99;
  const auto all = removable(files, "d", percent, room, 0);
  EXPECT_THAT(namesOf(all), ElementsAre("a", "b", "c"));
  EXPECT_THAT(all[0].why, HasSubstr("free on the disk"));
  EXPECT_THAT(namesOf(removable(files, "b", percent, room, 0)), ElementsAre("a"));
}

TEST(Housekeeper, MakesRoomWhenTheDiskIsFullAndSaysSo) {
  TemporaryFolder folder;
  std::vector<std::string> names;
  {
    const SegmentedRecording recording(folder.path(), host(30), 5,
                                       {std::uint64_t{1} << 30, 10 * kSecond});
    for (const auto& file : recording.directory.list()) names.push_back(file.name);
  }
  ASSERT_GE(names.size(), 3U);
  SegmentFolder directory(folder.path(), kSilent);
  Housekeeper housekeeper(directory, {});
  housekeeper.writing(names[1]);
  housekeeper.start();
  EXPECT_TRUE(housekeeper.makeRoom());
  EXPECT_FALSE(housekeeper.makeRoom()) << "the current one stays, and those behind it";
  EXPECT_THAT(housekeeper.takeMessages(), ElementsAre(HasSubstr("the disk is full")));
  EXPECT_EQ(directory.list().front().name, names[1]);
}

// As the recorder uses it, with both threads.
TEST(SegmentOutput, WritesPacksAndIsDone) {
  TemporaryFolder folder;
  std::vector<std::string> told;
  SegmentSettings settings;
  settings.folder = folder.path() + "/trail/";
  settings.rotate = {std::uint64_t{1} << 30, kSecond};
  settings.retention.bytes = 1;
  settings.readClocks = [] { return trace::ClockReading{1000 * kSecond, 2000 * kSecond, 0}; };
  settings.notify = [&](const std::string& line) { told.push_back(line); };
  SegmentOutput output(settings, test::header());
  output.start();
  const Records records = host(40);
  for (std::size_t i = 0; i + 4 <= records.size(); i += 4) {
    const auto begin = records.begin() + static_cast<std::ptrdiff_t>(i);
    output.put(test::batchOf({begin, begin + 4}));
    output.check();
  }
  output.finish({});
  while (!output.done()) {
    ::usleep(1000);
    output.check();
  }
  output.check();
  EXPECT_FALSE(told.empty()) << "what retention removes is told";
  for (const std::string& line : told) EXPECT_THAT(line, HasSubstr("more than 1 B together"));
  SegmentFolder directory(folder.path() + "/other", kSilent);
  EXPECT_GT(output.bytesWritten(), 0U);
}

}  // namespace
}  // namespace exectrail::recorder
