// A folder of segments gives the alerts that one trace would, whatever parts it is read in, and
// whatever happens to its reader between them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/analyzer/followed_folder.h"

namespace exectrail::test {
namespace {

using testing::HasSubstr;

// One trace, not segmented.
std::string alertsOf(const Records& records) {
  std::string text;
  analyzer::Engine engine(shippedProgram(), header(), [&](const analyzer::Alert& alert) {
    text += toJsonLine(alert, header(), shippedProgram().inputsSha256());
  });
  for (const OwnedRecord& one : records) engine.process(one.record);
  engine.finish();
  return text;
}

TEST(Follow, SegmentsGiveTheBytesOfOneTrace) {
  for (std::uint32_t seed = 0; seed < 4; ++seed) {
    SCOPED_TRACE(seed);
    TemporaryFolder folder;
    const Records records = randomHost(seed, 200);
    const SegmentedRecording recording(folder.path() + "/trail", records, 1 + seed * 3, kRotate);
    ASSERT_GE(recording.files.size(), 4U);
    const Reading once = readFolder(folder.path() + "/trail", {folder.path() + "/out"}, "");
    EXPECT_FALSE(once.damaged);
    EXPECT_EQ(once.operations, "");
    const std::string expected = alertsOf(records);
    EXPECT_GT(expected.size(), 10'000U);
    EXPECT_EQ(once.output, expected);
  }
}

TEST(Follow, EachAlertOnceHoweverOftenItsReaderIsKilled) {
  std::mt19937 random(7);
  for (std::uint32_t seed = 0; seed < 3; ++seed) {
    SCOPED_TRACE(seed);
    TemporaryFolder all;
    const SegmentedRecording recording(all.path() + "/all", randomHost(seed, 150), 4, kRotate);
    const std::string expected = readFolder(all.path() + "/all", {all.path() + "/once"}, "").output;
    const std::string folder = all.path() + "/trail";
    const std::string output = all.path() + "/out";
    const std::string checkpoint = all.path() + "/checkpoint";
    fs::create_directory(folder);
    for (std::size_t whole = 0; whole < recording.files.size(); ++whole) {
      for (const double part : {0.0, 0.01, 0.4, 0.41, 0.9}) {
        growTo(recording.files, folder, whole, part);
        const std::string before = readFile(checkpoint);
        const Reading reading = readFolder(folder, {output}, checkpoint);
        EXPECT_EQ(expected.substr(0, reading.output.size()), reading.output);
        // A kill after alerts were written, before the checkpoint was: all of them, or half.
        if (random() % 2 == 0 && !before.empty()) writeFile(checkpoint, before);
        if (random() % 3 == 0) {
          std::ofstream(output, std::ios::app) << expected.substr(reading.output.size(), 300);
        }
      }
    }
    growTo(recording.files, folder, recording.files.size(), 0);
    const Reading last = readFolder(folder, {output}, checkpoint);
    EXPECT_EQ(last.output, expected);
    EXPECT_FALSE(last.damaged);
    EXPECT_EQ(readFolder(folder, {output}, checkpoint).output, expected) << "nothing comes twice";
  }
}

// Alerts were written, and no checkpoint after them: it was there before.
TEST(Follow, AKillBeforeTheFirstSaveDoesNotTellTwice) {
  TemporaryFolder all;
  const std::string folder = all.path() + "/trail";
  const std::string output = all.path() + "/out";
  const std::string checkpoint = all.path() + "/checkpoint";
  writeFile(output, "kept\n");
  fs::create_directory(folder);
  readFolder(folder, {output}, checkpoint);
  ASSERT_TRUE(fs::exists(checkpoint)) << "although there was nothing to read";
  const SegmentedRecording recording(folder, randomHost(6, 60), 4, kRotate);
  const std::string expected = "kept\n" + readFolder(folder, {all.path() + "/once"}, "").output;
  std::ofstream(output, std::ios::app) << expected.substr(5, 700);
  EXPECT_EQ(readFolder(folder, {output}, checkpoint).output, expected);
}

// The same again and again: of most of them, suppression only counts how many there were.
Records repetitions(std::uint32_t count) {
  Records records = {snapshot("/sbin/init").pid(1, 0).top()};
  for (std::uint32_t i = 1; i <= count; ++i) {
    records.push_back(forked(image(1, 0), 100 + i).at(i * kSecond));
    records.push_back(exec("/tmp/x").pid(100 + i, 1).by(image(1, 0)).at(i * kSecond + 1));
    records.push_back(exited(image(100 + i)).at(i * kSecond + 2));
  }
  return records;
}

TEST(Follow, ARecorderThatWasKilledEndsItsRecordingWhereTheNextBegins) {
  TemporaryFolder all;
  const std::string folder = all.path() + "/trail";
  std::vector<std::string> first;
  {
    const SegmentedRecording recording(folder, repetitions(50), 4, kRotate);
    first = recording.files;
  }
  const std::string last = first.back();
  writeFile(last, readFile(last).substr(0, fs::file_size(last) - 500));
  trace::Header other = header();
  other.recordingId[0] ^= 0xff;
  const std::string later = all.path() + "/later";
  const SegmentedRecording second(later, randomHost(2, 100), 4, kRotate, other);
  const auto begin = [&] {
    for (const std::string& file : second.files) fs::copy(file, folder);
  };
  begin();
  const Reading once = readFolder(folder, {all.path() + "/once"}, "");
  EXPECT_TRUE(once.damaged);
  EXPECT_THAT(once.operations, HasSubstr("recording_ended_early"));
  EXPECT_THAT(once.output, HasSubstr("\"suppressed\":")) << "told where it ends";
  // The same, read in two parts: the second begins in the second recording and needs only that.
  const std::string output = all.path() + "/out";
  const std::string checkpoint = all.path() + "/checkpoint";
  for (const std::string& file : second.files) {
    fs::remove(folder + "/" + fs::path(file).filename().string());
  }
  EXPECT_LT(readFolder(folder, {output}, checkpoint).output.size(), once.output.size());
  EXPECT_GT(readFile(output).size(), 0U);
  begin();
  EXPECT_EQ(readFolder(folder, {output}, checkpoint).output, once.output);
}

// However many alerts a batch or the end of a recording brings, they are written as they come.
TEST(Follow, AlertsDoNotPileUpInMemory) {
  TemporaryFolder all;
  Records records = {snapshot("/sbin/init").pid(1, 0).top()};
  std::uint32_t pid = 1;
  for (int times = 0; times < 12; ++times) {  // ten of each are given out
    for (int file = 0; file < 100; ++file) {
      ++pid;
      records.push_back(exec("/tmp/" + std::to_string(file)).pid(pid, 1).by(image(1, 0)).at(pid));
      records.push_back(exited(image(pid)).at(pid));
    }
  }
  const SegmentedRecording recording(all.path() + "/trail", records, 100, kRotate);
  const analyzer::OutputSettings output{all.path() + "/out"};
  std::size_t rendered = 0, mostPending = 0, atTheEnd = 0;
  const auto rendering = [&](const analyzer::Alert& alert, const trace::Header& header,
                             const analyzer::Program& program) {
    std::error_code none;
    const auto written = fs::file_size(output.path, none);
    mostPending = std::max(mostPending, rendered - (none ? 0 : written));
    const std::string text = render(alert, header, program);
    rendered += text.size();
    if (alert.suppressed > 0) atTheEnd += text.size();
    return text;
  };
  analyzer::Operations operations(all.path() + "/operations");
  const std::shared_ptr<const analyzer::Program> program(std::shared_ptr<void>(),
                                                         &shippedProgram());
  analyzer::FollowSettings settings;
  settings.folder = all.path() + "/trail";
  settings.output = output;
  analyzer::Follower(
      settings, program, [&] { return program; }, rendering, nullptr, operations)
      .run();
  EXPECT_EQ(readFile(output.path).size(), rendered);
  EXPECT_GT(atTheEnd, std::size_t{200} << 10);
  EXPECT_LT(mostPending, std::size_t{100} << 10);
}

TEST(Follow, SegmentsThatAreMissingAreTold) {
  TemporaryFolder all;
  const std::string folder = all.path() + "/trail";
  const SegmentedRecording recording(folder, randomHost(3, 150), 4, kRotate);
  ASSERT_GE(recording.files.size(), 4U);
  fs::remove(recording.files[1]);
  fs::remove(recording.files[2]);
  const Reading once = readFolder(folder, {all.path() + "/out"}, "");
  EXPECT_THAT(once.operations, HasSubstr("segments 2 to 3 of "));
  EXPECT_TRUE(once.damaged);
}

TEST(Follow, ARetentionThatOvertakesTheReaderIsTold) {
  TemporaryFolder all;
  const std::string folder = all.path() + "/trail";
  const SegmentedRecording recording(all.path() + "/all", randomHost(4, 150), 4, kRotate);
  fs::create_directory(folder);
  growTo(recording.files, folder, 1, 0.5);
  readFolder(folder, {all.path() + "/out"}, all.path() + "/checkpoint");
  growTo(recording.files, folder, recording.files.size(), 0);
  for (int i : {0, 1}) {
    fs::remove(folder + "/" +
               fs::path(recording.files[static_cast<std::size_t>(i)]).filename().string());
  }
  const Reading later = readFolder(folder, {all.path() + "/out"}, all.path() + "/checkpoint");
  EXPECT_THAT(later.operations, HasSubstr("where the checkpoint is, is not there any more"));
}

TEST(Follow, AFileOfAlertsThatSomebodyHasShortenedIsTold) {
  TemporaryFolder all;
  const std::string folder = all.path() + "/trail";
  const SegmentedRecording recording(folder, randomHost(5, 60), 4, kRotate);
  const std::string whole = readFolder(folder, {all.path() + "/out"}, all.path() + "/c").output;
  writeFile(all.path() + "/out", whole.substr(0, 10));
  const Reading again = readFolder(folder, {all.path() + "/out"}, all.path() + "/c");
  EXPECT_EQ(again.output.substr(0, 10), whole.substr(0, 10)) << "nothing is overwritten";
  EXPECT_THAT(again.operations, HasSubstr("output_changed"));
}

std::vector<std::string> toldBy(const std::string& path) {
  std::vector<std::string> actions;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const auto begin = line.find("\"action\":\"") + 10;
    actions.push_back(line.substr(begin, line.find('"', begin) - begin));
  }
  return actions;
}

TEST(Operations, ToldOnceWhenItBeginsAndOnceWhenItIsOver) {
  TemporaryFolder all;
  const std::string path = all.path() + "/operations";
  analyzer::Operations operations(path);
  operations.caughtUp(100 * kSecond);  // no recording is expected
  operations.recordingBegins(100 * kSecond);
  const OwnedRecord early = exec("/bin/x").at(101 * kSecond);
  operations.record(early.record);
  operations.arrived(102 * kSecond);
  operations.caughtUp(102 * kSecond);
  operations.caughtUp(130 * kSecond);
  EXPECT_THAT(toldBy(path), testing::ElementsAre());
  operations.caughtUp(138 * kSecond);
  operations.caughtUp(139 * kSecond);
  EXPECT_THAT(toldBy(path), testing::ElementsAre("heartbeat_missing"));
  operations.arrived(140 * kSecond);  // and what arrives is of 101
  operations.arrived(141 * kSecond);
  EXPECT_EQ(toldBy(path).back(), "behind");
  EXPECT_EQ(toldBy(path).size(), 2U);
  operations.caughtUp(142 * kSecond);
  operations.caughtUp(143 * kSecond);
  EXPECT_EQ(toldBy(path).back(), "caught_up");
  EXPECT_EQ(toldBy(path).size(), 3U);
  trace::Gap lost;
  lost.lostEvents = 7;
  operations.record({150 * kSecond, 0, lost});
  EXPECT_EQ(toldBy(path).back(), "gap");
  operations.recordingEnds();
  operations.caughtUp(1000 * kSecond);
  EXPECT_EQ(toldBy(path).size(), 4U);
  EXPECT_EQ(operations.told().at("gap"), 1U);
}

TEST(Checkpoint, HasOneOwner) {
  TemporaryFolder all;
  const std::string path = all.path() + "/c";
  {
    const FileDescriptor owned = analyzer::lockCheckpoint(path);
    EXPECT_THROW(analyzer::lockCheckpoint(path), EnvironmentError);
  }
  EXPECT_TRUE(analyzer::lockCheckpoint(path).valid());
}

TEST(AlertOutput, HasOneOwner) {
  TemporaryFolder all;
  const analyzer::OutputSettings settings{all.path() + "/out"};
  {
    const analyzer::AlertOutput owned(settings);
    EXPECT_THROW(analyzer::AlertOutput{settings}, EnvironmentError);
  }
  EXPECT_NO_THROW(analyzer::AlertOutput{settings});
}

TEST(Checkpoint, IsReadBackAndAForeignFileIsRefused) {
  TemporaryFolder all;
  const std::string path = all.path() + "/c";
  EXPECT_FALSE(analyzer::readCheckpoint(path).has_value());
  analyzer::writeCheckpoint(path, {{"a.trail", 7, true}, 12345, "abc"});
  const auto read = analyzer::readCheckpoint(path);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->position, (analyzer::Position{"a.trail", 7, true}));
  EXPECT_EQ(read->outputBytes, 12345U);
  EXPECT_EQ(read->inputsSha256, "abc");
  for (const char* bad : {"", "{}", "[1", "{\"version\":2}", "\xff\xfe"}) {
    writeFile(path, bad);
    EXPECT_THROW(analyzer::readCheckpoint(path), EnvironmentError) << bad;
  }
}

}  // namespace
}  // namespace exectrail::test
