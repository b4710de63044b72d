// Where a trace may go: not through links, not over what is there, not to a reader that never
// reads.
#include "recorder/output/output.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <thread>
#include <vector>

#include "recorder/output/pipe_sink.h"
#include "tests/support/temporary_folder.h"
#include "trace/errors.h"
#include "trace/file_descriptor.h"

namespace exectrail::recorder {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class OutputTest : public testing::Test {
 protected:
  std::string path(const std::string& name) const { return folder_.path() + "/" + name; }

  // Opens and writes; returns what was said, or thrown.
  std::string write(const std::string& target) {
    try {
      Output output(target, [this](const std::string& line) { said_.push_back(line); });
      output.sink().write(reinterpret_cast<const std::byte*>("new"), 3);
      return "";
    } catch (const EnvironmentError& e) {
      return e.what();
    }
  }

  static std::string read(const std::string& file) {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  test::TemporaryFolder folder_;
  std::vector<std::string> said_;
};

TEST_F(OutputTest, AFileIsForItsOwnerOnly) {
  ::umask(0);
  EXPECT_EQ(write(path("t.trail")), "");
  struct stat status {};
  ASSERT_EQ(::stat(path("t.trail").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_TRUE(said_.empty());
  ::umask(022);
}

TEST_F(OutputTest, AnEarlierFileIsKept) {
  std::ofstream(path("t.trail")) << "precious";
  EXPECT_EQ(write(path("t.trail")), "");
  EXPECT_EQ(read(path("t.trail.old")), "precious");
  EXPECT_EQ(read(path("t.trail")), "new");
  EXPECT_THAT(said_, ElementsAre("kept the earlier file as " + path("t.trail.old")));
}

TEST_F(OutputTest, WhatAnotherRecorderWritesStaysWhereItIs) {
  std::optional<Output> first(std::in_place, path("t.trail"), [](const std::string&) {});
  first->sink().write(reinterpret_cast<const std::byte*>("first"), 5);
  FileDescriptor held = first->hold();
  const std::string refusal =
      "another recorder writes " + path("t.trail") + "; stop it, or name another file";
  EXPECT_EQ(write(path("t.trail")), refusal);
  first.reset();
  EXPECT_EQ(write(path("t.trail")), refusal) << "it is not packed yet";
  EXPECT_EQ(read(path("t.trail")), "first");
  EXPECT_FALSE(std::filesystem::exists(path("t.trail.old")));
  held.reset();
  EXPECT_EQ(write(path("t.trail")), "");
}

TEST_F(OutputTest, NotThroughASymbolicLink) {
  std::ofstream(path("victim")) << "precious";
  std::filesystem::create_symlink(path("victim"), path("t.trail"));
  EXPECT_EQ(write(path("t.trail")), "will not write through the symbolic link " + path("t.trail") +
                                        "; name the file itself");
  EXPECT_EQ(read(path("victim")), "precious");
  EXPECT_TRUE(std::filesystem::is_symlink(path("t.trail")));
}

TEST_F(OutputTest, NotThroughADanglingOneEither) {
  std::filesystem::create_symlink(path("nowhere"), path("t.trail"));
  EXPECT_THAT(write(path("t.trail")), HasSubstr("symbolic link"));
  EXPECT_FALSE(std::filesystem::exists(path("nowhere")));
}

// The name that an earlier file moves to is not followed, but replaced.
TEST_F(OutputTest, AnOldNameThatIsALinkIsReplaced) {
  std::ofstream(path("victim")) << "precious";
  std::ofstream(path("t.trail")) << "earlier";
  std::filesystem::create_symlink(path("victim"), path("t.trail.old"));
  EXPECT_EQ(write(path("t.trail")), "");
  EXPECT_EQ(read(path("victim")), "precious");
  EXPECT_EQ(read(path("t.trail.old")), "earlier");
}

TEST_F(OutputTest, AHardLinkIsMovedAndNotWritten) {
  std::ofstream(path("victim")) << "precious";
  std::filesystem::create_hard_link(path("victim"), path("t.trail"));
  EXPECT_EQ(write(path("t.trail")), "");
  EXPECT_EQ(read(path("victim")), "precious");
}

TEST_F(OutputTest, AFolderThatEverybodyMayChangeIsPointedOut) {
  const std::string open = path("open");
  std::filesystem::create_directory(open);
  ASSERT_EQ(::chmod(open.c_str(), 0777), 0);
  EXPECT_EQ(write(open + "/t.trail"), "");
  ASSERT_EQ(said_.size(), 1U);
  EXPECT_THAT(said_[0], HasSubstr("everybody may write to the folder of " + open + "/t.trail"));
  said_.clear();
  ASSERT_EQ(::chmod(open.c_str(), 01777), 0);  // as /tmp
  EXPECT_EQ(write(open + "/u.trail"), "");
  EXPECT_TRUE(said_.empty());
}

TEST_F(OutputTest, AFolderThatIsNotThere) {
  EXPECT_EQ(write(path("no/t.trail")),
            "cannot write " + path("no/t.trail") + ": No such file or directory");
}

TEST_F(OutputTest, ADirectoryIsNoFile) {
  EXPECT_EQ(write(path(".")), "cannot write " + path(".") + ": Is a directory");
}

// ---- pipes and sockets

constexpr std::size_t kMuch = std::size_t{1} << 20;  // more than a pipe or socket holds

std::string pattern() {
  std::string bytes(kMuch, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 7 % 251);
  return bytes;
}

struct Ends {
  FileDescriptor read, write, stopRead, stopWrite;
};

Ends makePipe(bool socket) {
  int data[2];
  int stop[2];
  EXPECT_EQ(socket ? ::socketpair(AF_UNIX, SOCK_STREAM, 0, data) : ::pipe(data), 0);
  EXPECT_EQ(::pipe(stop), 0);
  return {FileDescriptor(data[0]), FileDescriptor(data[1]), FileDescriptor(stop[0]),
          FileDescriptor(stop[1])};
}

class PipeSinkTest : public testing::TestWithParam<bool> {};

TEST_P(PipeSinkTest, ASlowReaderGetsEverything) {
  Ends ends = makePipe(GetParam());
  std::string got;
  std::thread reader([&] {
    char buffer[1000];
    for (ssize_t size = 0; (size = ::read(ends.read.get(), buffer, sizeof buffer)) > 0;) {
      got.append(buffer, static_cast<std::size_t>(size));
    }
  });
  const std::string bytes = pattern();
  PipeSink sink(ends.write.get(), ends.stopRead.get(), "it");
  sink.write(reinterpret_cast<const std::byte*>(bytes.data()), bytes.size());
  ends.write.reset();
  reader.join();
  EXPECT_EQ(got, bytes);
}

TEST_P(PipeSinkTest, AReaderThatStallsIsWaitedForUntilSomebodyCallsItOff) {
  const Ends ends = makePipe(GetParam());
  std::thread caller([&] { EXPECT_EQ(::write(ends.stopWrite.get(), "x", 1), 1); });
  const std::string bytes = pattern();
  PipeSink sink(ends.write.get(), ends.stopRead.get(), "it");
  EXPECT_THROW(sink.write(reinterpret_cast<const std::byte*>(bytes.data()), bytes.size()),
               EnvironmentError);
  caller.join();
}

TEST_P(PipeSinkTest, AReaderThatHasGoneIsNoError) {
  Ends ends = makePipe(GetParam());
  ::signal(SIGPIPE, SIG_IGN);
  ends.read.reset();
  PipeSink sink(ends.write.get(), ends.stopRead.get(), "it");
  EXPECT_THROW(sink.write(reinterpret_cast<const std::byte*>("x"), 1), trace::ReaderGone);
}

INSTANTIATE_TEST_SUITE_P(PipeAndSocket, PipeSinkTest, testing::Bool());

}  // namespace
}  // namespace exectrail::recorder
