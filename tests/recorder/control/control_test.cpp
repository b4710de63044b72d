// The files by which a recording in the background is found, and the process that is put there.
#include "recorder/control/control.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "recorder/control/background.h"
#include "recorder/control/state_keeper.h"
#include "tests/support/temporary_folder.h"
#include "trace/errors.h"

namespace exectrail::recorder {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

RecordingState sample() {
  RecordingState state;
  state.id = "01234567-89ab-4cde-8f01-23456789abcd";
  state.owner = thisOwner();
  state.output = "/tmp/\xff\xfe \n\"\xc3\xa4.trail";
  state.flight = true;
  state.messages = {"one", "\x80 two"};
  state.dumps = 3;
  state.lastDump = "wrote it";
  state.lastDumpWritten = true;
  return state;
}

class StateFolderTest : public testing::Test {
 protected:
  test::TemporaryFolder temporary_;
  std::string path_ = temporary_.path() + "/state";
  StateFolder folder_{path_};
};

TEST_F(StateFolderTest, WhatIsWrittenIsRead) {
  folder_.prepare();
  RecordingState state = sample();
  folder_.write(state);
  const auto read = folder_.find(state.id);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->output, state.output);
  EXPECT_EQ(read->owner.pid, ::getpid());
  EXPECT_EQ(read->owner.startTicks, state.owner.startTicks);
  EXPECT_EQ(read->messages, state.messages);
  EXPECT_EQ(read->dumps, 3U);
  EXPECT_EQ(read->lastDump, "wrote it");
  EXPECT_TRUE(read->flight && read->lastDumpWritten);
  EXPECT_FALSE(read->status.has_value());
  EXPECT_TRUE(read->alive());
  state.status = 3;
  state.summary = "last words\n";
  folder_.write(state);
  EXPECT_EQ(folder_.find(state.id)->status, 3);
  EXPECT_EQ(folder_.find(state.id)->summary, "last words\n");
  EXPECT_FALSE(folder_.find(state.id)->alive());
  folder_.remove(state.id);
  EXPECT_TRUE(folder_.list().empty());
}

TEST_F(StateFolderTest, AnotherProcessWithThePidIsNotAlive) {
  RecordingState state = sample();
  ++state.owner.startTicks;
  EXPECT_FALSE(state.alive());
}

TEST_F(StateFolderTest, OnlyTheOwnerCanReadTheFiles) {
  ::umask(0);
  folder_.prepare();
  folder_.write(sample());
  ::umask(022);
  struct stat status {};
  ASSERT_EQ(::stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0755U);
  ASSERT_EQ(::stat((path_ + "/" + sample().id + ".json").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(StateFolderTest, TheModeDoesNotHangOnTheUmask) {
  ::umask(077);
  folder_.prepare();
  ::umask(022);
  struct stat status {};
  ASSERT_EQ(::stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0755U);
}

TEST_F(StateFolderTest, AFolderOfOthersIsRefused) {
  folder_.prepare();
  ASSERT_EQ(::chmod(path_.c_str(), 0777), 0);
  EXPECT_THROW(folder_.prepare(), EnvironmentError);
  std::filesystem::remove(path_);
  std::filesystem::create_directory_symlink(temporary_.path() + "/elsewhere", path_);
  EXPECT_THROW(folder_.prepare(), EnvironmentError);
}

TEST_F(StateFolderTest, ForeignAndDamagedFilesAreLeftOut) {
  folder_.prepare();
  for (const char* text :
       {"", "{", "[]", "{\"id\": 7}", "{\"id\": \"a\", \"pid\": \"b\"}", "null"}) {
    std::ofstream(path_ + "/bad.json") << text;
    EXPECT_TRUE(folder_.list().empty()) << text;
  }
  std::ofstream(path_ + "/readme.txt") << "hello";
  folder_.write(sample());
  EXPECT_EQ(folder_.list().size(), 1U);
}

TEST_F(StateFolderTest, NoFolderIsNoRecording) { EXPECT_TRUE(folder_.list().empty()); }

TEST_F(StateFolderTest, TwoRecordingsCannotHaveOneFile) {
  Options options;
  options.output = temporary_.path() + "/t.trail";
  StateKeeper first(options, folder_);
  first.started({1, 2, 3});
  try {
    const StateKeeper second(options, folder_);
    FAIL() << "nothing was thrown";
  } catch (const EnvironmentError& e) {
    EXPECT_THAT(e.what(),
                HasSubstr("is being recorded already (pid " + std::to_string(::getpid()) + ")"));
  }
  first.ended(0, "done\n");
  EXPECT_EQ(folder_.list().size(), 1U);
  const StateKeeper third(options, folder_);  // in the place of one that has ended
  EXPECT_TRUE(folder_.list().empty());
}

TEST_F(StateFolderTest, WhatIsNotThereSaysHowItBegins) {
  if (::geteuid() != 0) GTEST_SKIP() << "recordings are root's";
  const auto said = [](const auto& control) -> std::string {
    try {
      control();
      return "";
    } catch (const EnvironmentError& e) {
      return e.what();
    }
  };
  EXPECT_EQ(said([&] { stopRecording("", folder_); }),
            "no recording is running; begin one with: exectrail record start");
  EXPECT_EQ(said([&] { dumpRecording("", folder_); }),
            "no flight recorder is running; begin one with: exectrail record start "
            "--flight-recorder TIME");
}

TEST_F(StateFolderTest, AnOutputIsTheSameHoweverItIsTyped) {
  EXPECT_EQ(outputName("/a/b/"), "/a/b");
  EXPECT_EQ(outputName("/a/./c/../b"), "/a/b");
  EXPECT_EQ(outputName("/"), "/");
  EXPECT_EQ(outputName("b"), std::filesystem::current_path() / "b");
}

TEST_F(StateFolderTest, OnlyTheLastMessagesAreKept) {
  Options options;
  options.output = temporary_.path() + "/t.trail";
  StateKeeper keeper(options, folder_);
  keeper.message("too early");
  keeper.started({});
  for (int i = 0; i < 100; ++i) keeper.message(std::to_string(i));
  const auto messages = folder_.list().at(0).messages;
  EXPECT_EQ(messages.size(), 20U);
  EXPECT_EQ(messages.back(), "99");
}

// ---- the process in the background

TEST(Background, ReturnsWhenItIsReadyAndLeavesNothingOpen) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);  // not close-on-exec: a shell's
  int seen[2];
  ASSERT_EQ(::pipe2(seen, O_CLOEXEC), 0);
  test::TemporaryFolder folder;
  const std::string told = folder.path() + "/told";
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  const int status = runInBackground([&](Announcer& announcer) {
    announcer.message("a message");
    std::string open;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
      std::error_code error;
      const auto target = std::filesystem::read_symlink(entry.path(), error);
      if (!error && target.string().starts_with("pipe:")) open += target.string() + " ";
    }
    std::ofstream(told) << open << (::getsid(0) == ::getpid() ? "leader" : "follower") << " "
                        << std::filesystem::current_path().string();
    announcer.ready("it works");
    return 7;
  });
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "it works\n");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "exectrail: a message\n");
  EXPECT_EQ(status, 0);
  std::string line;
  std::ifstream in(told);
  std::getline(in, line);
  EXPECT_EQ(line, "follower /");
  for (const int fd : {ends[0], ends[1], seen[0], seen[1]}) ::close(fd);
}

TEST(Background, AnErrorBeforeItIsReadyIsShownAndItsStatusPassedOn) {
  testing::internal::CaptureStderr();
  const int status = runInBackground([](Announcer& announcer) {
    announcer.message("no tracefs");
    return 3;
  });
  EXPECT_EQ(status, 3);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "exectrail: no tracefs\n");
}

TEST(Background, OneThatDiesWithoutAWordIsNoSuccess) {
  EXPECT_THROW(runInBackground([](Announcer&) -> int { ::_exit(0); }), EnvironmentError);
}

}  // namespace
}  // namespace exectrail::recorder
