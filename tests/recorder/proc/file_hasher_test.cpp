// Hashes of the files that processes run: as sha256sum gives them, known the second time, and never
// of another file or of one that was changing.
#include "recorder/proc/file_hasher.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "recorder/proc/file_facts.h"

namespace exectrail::recorder {
namespace {

using trace::Field;
using trace::FileFacts;

constexpr int kMostWaitMs = 60'000;

std::string hexOf(trace::Bytes bytes) {
  std::string hex;
  for (const char byte : bytes) {
    std::array<char, 3> text{};
    std::snprintf(text.data(), text.size(), "%02x", static_cast<unsigned>(byte) & 0xffU);
    hex += text.data();
  }
  return hex;
}

// What coreutils say.
std::string sha256sum(const std::string& path) {
  FILE* pipe = ::popen(("sha256sum -- '" + path + "'").c_str(), "r");
  std::array<char, 65> text{};
  EXPECT_EQ(std::fread(text.data(), 1, 64, pipe), 64U);
  ::pclose(pipe);
  return text.data();
}

Field<FileFacts> factsOf(const std::string& path) { return statFile(AT_FDCWD, path.c_str()); }

// A program that runs from a file of its own.
class Program {
 public:
  Program() {
    folder_ = testing::TempDir() + "exectrail-hash-XXXXXX";
    EXPECT_NE(::mkdtemp(folder_.data()), nullptr);
    path_ = folder_ + "/cat";
    std::filesystem::copy_file("/bin/cat", path_);
  }
  ~Program() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
      ::close(input_);
    }
    std::filesystem::remove_all(folder_);
  }
  pid_t run() {
    int input[2] = {-1, -1};
    EXPECT_EQ(::pipe2(input, O_CLOEXEC), 0);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, input[0], STDIN_FILENO);
    const char* arguments[] = {"cat", nullptr};
    // Returns after the exec; vfork(2) would too, but sanitizers make a fork(2) of it.
    EXPECT_EQ(::posix_spawn(&pid_, path_.c_str(), &actions, nullptr, const_cast<char**>(arguments),
                            environ),
              0);
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(input[0]);
    input_ = input[1];
    return pid_;
  }
  const std::string& path() const { return path_; }

  // Until the file's times are older than what could be a change of the same tick.
  static void settle() { ::usleep(100'000); }

 private:
  std::string folder_;
  std::string path_;
  pid_t pid_ = -1;
  int input_ = -1;
};

struct Told {
  trace::FileHash record;
  std::string digest;
};

std::vector<Told> collectOne(FileHasher& hasher) {
  std::vector<Told> told;
  pollfd polled = {hasher.descriptor(), POLLIN, 0};
  const auto collect = [&] {
    hasher.collect([&](const trace::FileHash& record) {
      told.push_back({record, hexOf(record.sha256.value)});
    });
  };
  collect();
  while (told.empty() && ::poll(&polled, 1, kMostWaitMs) == 1) collect();
  EXPECT_EQ(told.size(), 1U);
  return told;
}

TEST(FileHasherTest, LaterInARecordThenAtOnce) {
  Program program;
  Program::settle();
  const Field<FileFacts> facts = factsOf(program.path());
  FileHasher hasher;
  EXPECT_EQ(hasher.descriptor(), -1);
  const pid_t pid = program.run();
  const FileHasher::Answer first = hasher.ask(pid, facts);
  EXPECT_FALSE(first.sha256.known());
  EXPECT_EQ(first.sha256.evidence.errorNumber, EINPROGRESS);
  ASSERT_NE(first.ticket, 0U);
  const FileHasher::Answer meanwhile = hasher.ask(pid, facts);
  EXPECT_EQ(meanwhile.sha256.evidence.errorNumber, EINPROGRESS);
  EXPECT_EQ(meanwhile.ticket, 0U) << "one record is enough";
  hasher.name(first.ticket, {42, 1, 7});

  const Told told = collectOne(hasher).at(0);
  const std::string expected = sha256sum(program.path());
  EXPECT_EQ(told.digest, expected);
  EXPECT_EQ(told.record.image, (trace::ImageId{42, 1, 7}));
  EXPECT_EQ(told.record.file.value, facts.value);

  const FileHasher::Answer again = hasher.ask(pid, facts);
  ASSERT_TRUE(again.sha256.known());
  EXPECT_EQ(hexOf(again.sha256.value), expected);
  EXPECT_EQ(again.ticket, 0U);
  const FileHasher::Answer withoutFacts = hasher.ask(pid, {});
  EXPECT_EQ(withoutFacts.sha256.value, again.sha256.value);
  EXPECT_EQ(hasher.counts().hashed, 1U);
}

TEST(FileHasherTest, TheFileThatRunsNotTheOneInItsPlace) {
  Program program;
  Program::settle();
  const std::string expected = sha256sum(program.path());
  const pid_t pid = program.run();
  ASSERT_EQ(::unlink(program.path().c_str()), 0);
  std::ofstream(program.path()) << "innocent";
  FileHasher hasher;
  const FileHasher::Answer answer = hasher.ask(pid, {});
  hasher.name(answer.ticket, {1, 1, 1});
  EXPECT_EQ(collectOne(hasher).at(0).digest, expected);
}

TEST(FileHasherTest, NamedLateOrNever) {
  Program program;
  Program::settle();
  FileHasher hasher;
  const pid_t pid = program.run();
  const FileHasher::Answer first = hasher.ask(pid, {});
  pollfd polled = {hasher.descriptor(), POLLIN, 0};
  ASSERT_EQ(::poll(&polled, 1, kMostWaitMs), 1);
  hasher.collect([](const trace::FileHash&) { ADD_FAILURE() << "nobody has named it"; });
  hasher.name(first.ticket, {5, 1, 9});
  EXPECT_EQ(collectOne(hasher).at(0).record.image.tgid, 5U);

  Program other;
  Program::settle();
  FileHasher forgetful;
  const pid_t otherPid = other.run();
  forgetful.forget(forgetful.ask(otherPid, {}).ticket);
  polled.fd = forgetful.descriptor();
  ASSERT_EQ(::poll(&polled, 1, kMostWaitMs), 1);
  forgetful.collect([](const trace::FileHash&) { ADD_FAILURE() << "forgotten"; });
  EXPECT_TRUE(forgetful.ask(otherPid, {}).sha256.known()) << "what was found is known";
}

TEST(FileHasherTest, WhyNot) {
  Program program;
  const pid_t pid = program.run();
  FileHasher hasher(1000);
  EXPECT_EQ(hasher.ask(pid, {}).sha256.evidence.errorNumber, EFBIG);
  EXPECT_EQ(hasher.ask(0x7ffffff0, {}).sha256.evidence.errorNumber, ENOENT);
  EXPECT_EQ(hasher.ask(pid, factsOf("/bin/sh")).sha256.evidence.errorNumber, ESTALE);
  EXPECT_EQ(hasher.counts().refused, 3U);
  EXPECT_EQ(hasher.descriptor(), -1);
}

HashRequest requestFor(const std::string& path, std::uint64_t ticket = 1) {
  HashRequest request;
  request.ticket = ticket;
  request.file = FileDescriptor(::open(path.c_str(), O_PATH | O_CLOEXEC));
  request.facts = statFile(request.file.get(), "").value;
  return request;
}

HashResult resultOf(HashWorker& worker) {
  pollfd polled = {worker.descriptor(), POLLIN, 0};
  while (::poll(&polled, 1, kMostWaitMs) == 1) {
    if (auto result = worker.result()) return *result;
  }
  ADD_FAILURE() << "no result";
  return {};
}

TEST(HashWorkerTest, AFileThatHasChangedMeanwhile) {
  Program program;
  HashWorker worker;
  HashRequest request = requestFor(program.path());
  ::usleep(30'000);
  std::ofstream(program.path(), std::ios::app) << "more";
  ASSERT_TRUE(worker.request(std::move(request)));
  EXPECT_EQ(resultOf(worker).errorNumber, ESTALE);
}

// A file that changed a moment ago may do so once more in the same tick of the clock, and its times
// would not tell.
TEST(HashWorkerTest, WhatHasJustChangedIsNotSettled) {
  Program program;
  HashWorker worker;
  HashRequest fresh = requestFor(program.path());
  fresh.facts.changeTimeNs += 3'600'000'000'000;  // it does not match, which is another matter
  ASSERT_TRUE(worker.request(std::move(fresh)));
  EXPECT_FALSE(resultOf(worker).settled);
  Program::settle();
  ASSERT_TRUE(worker.request(requestFor(program.path())));
  EXPECT_TRUE(resultOf(worker).settled);
}

TEST(HashWorkerTest, AnEmptyFile) {
  const std::string path = testing::TempDir() + "exectrail-empty-" + std::to_string(::getpid());
  std::ofstream(path).flush();
  HashWorker worker;
  ASSERT_TRUE(worker.request(requestFor(path)));
  const HashResult result = resultOf(worker);
  EXPECT_EQ(result.errorNumber, 0);
  EXPECT_EQ(hexOf({result.digest.data(), result.digest.size()}), sha256sum(path));
  std::filesystem::remove(path);
}

// Whether one of our other threads is inside openat(2), by /proc/self/task/TID/syscall.
bool somebodyOpens() {
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    long number = -1;
    std::ifstream(task.path() / "syscall") >> number;
    if (number == SYS_openat && task.path().filename() != std::to_string(::gettid())) return true;
  }
  return false;
}

TEST(HashWorkerTest, AFileSystemThatLetsItWaitKeepsNobodyElse) {
  // Opening a FIFO waits for a writer, as a FUSE daemon may let us wait.
  const std::string path = testing::TempDir() + "exectrail-fifo-" + std::to_string(::getpid());
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  {
    HashWorker worker;
    std::uint64_t accepted = 0;
    while (accepted < 1000 && worker.request(requestFor(path, accepted))) ++accepted;
    EXPECT_EQ(accepted, HashWorker::kMostWaiting);
    EXPECT_FALSE(worker.result().has_value());
    for (int i = 0; i < 1000 && !somebodyOpens(); ++i) ::usleep(10'000);
    EXPECT_TRUE(somebodyOpens());
  }  // ends although the thread cannot
  const int writer = ::open(path.c_str(), O_WRONLY | O_NONBLOCK);
  EXPECT_GE(writer, 0) << "the thread is still waiting for this";
  ::close(writer);
  std::filesystem::remove(path);
}

TEST(RingTest, InOrderAndBounded) {
  Ring<int, 4> ring;
  EXPECT_FALSE(ring.take().has_value());
  for (int round = 0; round < 5; ++round) {
    for (int i = 0; i < 4; ++i) EXPECT_TRUE(ring.put(int{i}));
    EXPECT_FALSE(ring.put(9));
    for (int i = 0; i < 4; ++i) EXPECT_EQ(ring.take(), i);
  }
}

TEST(RingTest, BetweenThreads) {
  Ring<std::unique_ptr<int>, 8> ring;
  constexpr int kMany = 20'000;
  std::thread sender([&ring] {
    for (int i = 0; i < kMany;) {
      if (ring.put(std::make_unique<int>(i))) {
        ++i;
      } else {
        std::this_thread::yield();
      }
    }
  });
  for (int expected = 0; expected < kMany;) {
    const auto value = ring.take();
    if (!value) {
      std::this_thread::yield();
      continue;
    }
    ASSERT_EQ(**value, expected);
    ++expected;
  }
  sender.join();
}

}  // namespace
}  // namespace exectrail::recorder
