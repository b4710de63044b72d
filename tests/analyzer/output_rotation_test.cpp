// The file of alerts, finished and begun anew as it grows: every alert is in exactly one of its
// files, whenever its writer is killed. The linker gives us the calls that change anything on disk
// (-Wl,--wrap), so that a kill can come after each of them, and in the middle of a write.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>

#include "tests/analyzer/followed_folder.h"

namespace {

std::atomic<int> calls{0};
std::atomic<int> killAt{0};  // the call after which we die; 0: none

void done() {
  if (++calls == killAt) {
    ::kill(::getpid(), SIGKILL);
    ::pause();
  }
}

}  // namespace

// NOLINTBEGIN(bugprone-reserved-identifier): these names are the linker's.
extern "C" {
ssize_t __real_write(int fd, const void* data, size_t size);
int __real_rename(const char* from, const char* to);
int __real_unlink(const char* path);
int __real_ftruncate(int fd, off_t size);

ssize_t __wrap_write(int fd, const void* data, size_t size);
int __wrap_rename(const char* from, const char* to);
int __wrap_unlink(const char* path);
int __wrap_ftruncate(int fd, off_t size);
int __wrap_fdatasync(int fd);
int __wrap_fsync(int fd);

ssize_t __wrap_write(int fd, const void* data, size_t size) {
  if (killAt == 0 || size < 2) return __real_write(fd, data, size);
  const ssize_t half = __real_write(fd, data, size / 2);
  done();
  if (half != static_cast<ssize_t>(size / 2)) return half;
  const ssize_t rest = __real_write(fd, static_cast<const char*>(data) + half, size - size / 2);
  done();
  return rest < 0 ? rest : half + rest;
}
int __wrap_rename(const char* from, const char* to) {
  const int result = __real_rename(from, to);
  done();
  return result;
}
int __wrap_unlink(const char* path) {
  const int result = __real_unlink(path);
  done();
  return result;
}
int __wrap_ftruncate(int fd, off_t size) {
  const int result = __real_ftruncate(fd, size);
  done();
  return result;
}
// A kill takes nothing from the kernel, so nothing has to reach a disk here, and tests do not wait
// for one.
int __wrap_fdatasync(int) {
  done();
  return 0;
}
int __wrap_fsync(int) { return 0; }
}
// NOLINTEND(bugprone-reserved-identifier)

namespace exectrail::test {
namespace {

using analyzer::AlertOutput;
using analyzer::OutputSettings;

class Rotation : public testing::Test {
 protected:
  void SetUp() override {
    output_.path = all_.path() + "/out";
    output_.rotateBytes = 20'000;
  }

  // In a process that dies after the call `at`. True if it came to its end before.
  bool readAndDie(int at) {
    const pid_t child = ::fork();
    if (child == 0) {
      calls = 0;
      killAt = at;
      ::close(STDERR_FILENO);
      readFolder(folder_, output_, checkpoint_);
      ::_exit(0);
    }
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status) ? WEXITSTATUS(status) == 0 : WTERMSIG(status) == SIGKILL);
    return WIFEXITED(status);
  }

  void expectFiles() const {
    for (const auto& [number, path] : analyzer::finishedOutputs(output_.path)) {
      EXPECT_LE(fs::file_size(path), output_.rotateBytes);
      EXPECT_EQ(readFile(path).back(), '\n') << "whole alerts: " << path;
    }
  }

  TemporaryFolder all_;
  std::string folder_ = all_.path() + "/trail";
  std::string checkpoint_ = all_.path() + "/checkpoint";
  OutputSettings output_;
};

TEST_F(Rotation, EveryAlertOnceWhereverItsWriterIsKilled) {
  const SegmentedRecording recording(all_.path() + "/all", randomHost(3, 60), 8, kRotate);
  const std::string expected = readFolder(all_.path() + "/all", {all_.path() + "/once"}, "").output;
  ASSERT_GT(expected.size(), 5 * output_.rotateBytes);
  // A checkpoint in the middle, from which there are several files to go back over.
  fs::create_directory(folder_);
  growTo(recording.files, folder_, 1, 0.5);
  readFolder(folder_, output_, checkpoint_);
  const std::string middle = all_.path() + "/middle";
  fs::create_directory(middle);
  for (const auto& entry : fs::directory_iterator(all_.path())) {
    if (entry.is_regular_file()) fs::copy(entry.path(), middle);
  }
  growTo(recording.files, folder_, recording.files.size(), 0);
  int at = 1;
  for (bool ended = false; !ended; ++at) {
    SCOPED_TRACE("killed at call " + std::to_string(at));
    for (const auto& entry : fs::directory_iterator(all_.path())) {
      if (entry.is_regular_file()) fs::remove(entry.path());
    }
    fs::copy(middle, all_.path());
    ended = readAndDie(at);
    readAndDie(1 + at % 7);  // and while it takes back what the first one had written
    EXPECT_EQ(readFolder(folder_, output_, checkpoint_).output, expected);
    expectFiles();
    if (HasFailure()) return;
  }
  EXPECT_GT(at, 20) << "calls that can be died after";
  EXPECT_GT(analyzer::finishedOutputs(output_.path).size(), 4U);
}

TEST_F(Rotation, OnlyWhatNoCheckpointNeedsIsRemoved) {
  output_.keepFiles = 2;
  AlertOutput output(output_);
  const std::string alert(15'000, 'x');
  for (int i = 0; i < 6; ++i) output.write(alert);
  output.sync();
  EXPECT_EQ(output.number(), 5U);
  output.retain(3);
  auto left = analyzer::finishedOutputs(output_.path);
  EXPECT_EQ(left.begin()->first, 2U) << "two of those that the checkpoint has behind it";
  EXPECT_EQ(left.size(), 4U);
  ASSERT_TRUE(output.resumeAt(3, 100));
  output.retain(3);
  left = analyzer::finishedOutputs(output_.path);
  EXPECT_EQ(left.rbegin()->first, 3U);
  EXPECT_EQ(fs::file_size(output_.path), 100U);
}

TEST_F(Rotation, ByAge) {
  output_.rotateBytes = 0;
  output_.rotateAge = std::chrono::hours(1);
  {
    AlertOutput young(output_);
    young.write("a\n");
    young.write("b\n");
    EXPECT_EQ(young.number(), 0U);
  }
  output_.rotateAge = std::chrono::nanoseconds(1);
  AlertOutput old(output_);
  old.write("c\n");
  EXPECT_EQ(readFile(output_.path + ".000001"), "a\nb\n");
  EXPECT_EQ(readFile(output_.path), "c\n");
  EXPECT_EQ(readOutput(output_.path), "a\nb\nc\n");
}

TEST_F(Rotation, AFinishedFileThatSomebodyTookAwayIsTold) {
  AlertOutput output(output_);
  const std::string alert(15'000, 'x');
  for (int i = 0; i < 4; ++i) output.write(alert);
  fs::remove(output_.path + ".000002");
  EXPECT_FALSE(output.resumeAt(1, 10)) << "000002 has what follows the checkpoint";
  EXPECT_EQ(output.number(), 3U) << "and it goes on at its end";
}

TEST_F(Rotation, WhenAlertsAreBroughtToDisk) {
  const auto syncsOf = [this](analyzer::SyncPolicy policy) {
    output_.syncPolicy = policy;
    AlertOutput output(output_);
    const int before = calls;
    output.write("a\n");
    output.write("b\n");
    const int written = calls;
    output.sync();
    output.sync();
    return std::pair(written - before, calls - written);
  };
  EXPECT_EQ(syncsOf(analyzer::SyncPolicy::kBatch), std::pair(2, 0));
  EXPECT_EQ(syncsOf(analyzer::SyncPolicy::kSecond), std::pair(0, 1));
  EXPECT_EQ(syncsOf(analyzer::SyncPolicy::kNever), std::pair(0, 0));
}

TEST(OutputOptions, WhatIsNoneIsRefused) {
  OutputSettings settings;
  analyzer::parseOutputRotate("64M,1d", settings);
  EXPECT_EQ(settings.rotateBytes, 64U << 20);
  EXPECT_EQ(settings.rotateAge, std::chrono::hours(24));
  analyzer::parseOutputRetain("age=30d,count=14", settings);
  EXPECT_EQ(settings.keepFiles, 14U);
  EXPECT_EQ(settings.keepAge, std::chrono::hours(24 * 30));
  for (const char* bad : {"", "1k", "64M,", "tomorrow", "86400"}) {
    EXPECT_THROW(analyzer::parseOutputRotate(bad, settings), std::invalid_argument) << bad;
  }
  for (const char* bad : {"", "14", "count=0", "count=2x", "age=", "age=30", "size=1G"}) {
    EXPECT_THROW(analyzer::parseOutputRetain(bad, settings), std::invalid_argument) << bad;
  }
}

}  // namespace
}  // namespace exectrail::test
