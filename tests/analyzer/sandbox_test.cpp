// What a confined process can still do, and what it cannot: tried in a child, by the system calls
// themselves, since it cannot be undone.
#include "analyzer/sandbox/sandbox.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <functional>
#include <thread>

#include "tests/support/temporary_folder.h"

namespace exectrail::analyzer {
namespace {

// errno of what was tried; 0 if it went well.
int errorOf(long result) { return result < 0 ? errno : 0; }

int opens(const std::string& path, int flags = O_RDONLY) {
  return errorOf(::open(path.c_str(), flags | O_CLOEXEC, 0600));
}

class SandboxTest : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* folder : {"/in", "/out", "/other"}) {
      ASSERT_EQ(::mkdir((at(folder)).c_str(), 0700), 0);
      std::ofstream(at(folder) + "/file") << "x";
    }
    needs_.read = {at("/in"), at("/later/trail")};
    needs_.write = {at("/out")};
  }

  std::string at(const std::string& name) const { return folder_.path() + name; }

  // What `attempt` returns in a child that is confined.
  int confined(const std::function<int()>& attempt) const {
    const pid_t child = ::fork();
    if (child == 0) {
      const Sandbox sandbox(needs_);
      ::_exit(sandbox.files() && sandbox.systemCalls() ? attempt() : 200);
    }
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status)) << status;
    return WEXITSTATUS(status);
  }

  test::TemporaryFolder folder_;
  SandboxNeeds needs_;
};

TEST_F(SandboxTest, OpensWhatItWasAllowed) {
  EXPECT_EQ(confined([&] { return opens(at("/in/file")); }), 0);
  EXPECT_EQ(confined([&] { return opens(at("/in")); }), 0) << "and lists it";
  EXPECT_EQ(confined([&] { return opens(at("/in/file"), O_WRONLY); }), EACCES);
  EXPECT_EQ(confined([&] { return opens(at("/in/new"), O_WRONLY | O_CREAT); }), EACCES);
  EXPECT_EQ(confined([&] { return opens("/etc/passwd"); }), EACCES);
}

TEST_F(SandboxTest, WritesWhereItMay) {
  EXPECT_EQ(confined([&] {
              int error = opens(at("/out/new"), O_WRONLY | O_CREAT | O_TRUNC);
              if (error == 0) {
                error = errorOf(::rename(at("/out/new").c_str(), at("/out/file").c_str()));
              }
              return error != 0 ? error : errorOf(::unlink(at("/out/file").c_str()));
            }),
            0);
  EXPECT_EQ(confined([&] { return errorOf(::unlink(at("/in/file").c_str())); }), EACCES);
  EXPECT_NE(confined([&] {
              return errorOf(::rename(at("/out/file").c_str(), at("/other/file").c_str()));
            }),
            0);
}

TEST_F(SandboxTest, WhatIsNotThereYetCanBeReadWhenItComes) {
  ASSERT_NE(::access(at("/later").c_str(), F_OK), 0);
  EXPECT_EQ(confined([&] { return opens(at("/other/file")); }), 0)
      << "the nearest folder that is there is the one around all of these";
}

TEST_F(SandboxTest, RunsNothingAndReachesNobody) {
  EXPECT_EQ(confined([] {
              char path[] = "/bin/true";
              char* const argv[] = {path, nullptr};
              return errorOf(::execve(path, argv, nullptr));
            }),
            ENOSYS);
  EXPECT_EQ(confined([] { return errorOf(::syscall(SYS_fork)); }), ENOSYS);
  EXPECT_EQ(confined([] { return errorOf(::socket(AF_INET, SOCK_STREAM, 0)); }), ENOSYS);
  EXPECT_EQ(confined([] { return errorOf(::socket(AF_UNIX, SOCK_DGRAM, 0)); }), 0);
  EXPECT_EQ(confined([] { return errorOf(::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr)); }),
            ENOSYS);
  EXPECT_EQ(confined([] { return errorOf(::kill(::getppid(), 0)); }), ENOSYS);
  EXPECT_EQ(confined([] {
              void* const code = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
                                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
              return code == MAP_FAILED ? errno : 0;
            }),
            ENOSYS);
}

TEST_F(SandboxTest, ThreadsBeginAndAreConfinedAsWell) {
  EXPECT_EQ(confined([] {
              int error = 0;
              std::thread([&error] { error = opens("/etc/passwd"); }).join();
              return error;
            }),
            EACCES);
}

TEST_F(SandboxTest, ANetworkIsOneThatWasAskedFor) {
  needs_.network = true;
  EXPECT_EQ(confined([] { return errorOf(::socket(AF_INET, SOCK_STREAM, 0)); }), 0);
  EXPECT_EQ(confined([] { return errorOf(::socket(AF_PACKET, SOCK_RAW, 0)); }), ENOSYS);
}

}  // namespace
}  // namespace exectrail::analyzer
