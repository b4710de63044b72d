// COMMAND is held until it is released, runs with clean signals, and its status comes back.
#include "recorder/command.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "recorder/signals.h"

namespace exectrail::recorder {
namespace {

int run(const std::vector<std::string>& arguments) {
  Command command({arguments, false, false});
  command.release();
  return command.status(true).value_or(-1);
}

TEST(Command, StatusIsPassedOn) {
  EXPECT_EQ(run({"true"}), 0);
  EXPECT_EQ(run({"sh", "-c", "exit 7"}), 7);
  EXPECT_EQ(run({"sh", "-c", "kill -TERM $$"}), 128 + SIGTERM);
}

TEST(Command, WhatCannotRunSaysWhy) {
  Command missing({{"/nonexistent/program"}, false, false});
  EXPECT_EQ(missing.release(), ENOENT);
  EXPECT_EQ(missing.status(true), 127);
  Command notExecutable({{"/etc/passwd"}, false, false});
  EXPECT_EQ(notExecutable.release(), EACCES);
  EXPECT_EQ(notExecutable.status(true), 126);
}

TEST(Command, NothingRunsBeforeItIsReleased) {
  pid_t pid = 0;
  {
    const Command command({{"sh", "-c", "echo ran >&2"}, false, false});
    pid = command.pid();
    ::usleep(20'000);
    EXPECT_EQ(::kill(pid, 0), 0) << "it waits";
  }
  // Never released: it is gone and has been waited for.
  EXPECT_EQ(::kill(pid, 0), -1);
  EXPECT_EQ(errno, ESRCH);
}

TEST(Command, SignalsAreNotBlockedForIt) {
  const Signals signals;
  // The shell could not be ended by a signal that it inherited as blocked or ignored.
  EXPECT_EQ(run({"sh", "-c", "kill -INT $$; exit 3"}), 128 + SIGINT);
  EXPECT_EQ(run({"sh", "-c", "kill -PIPE $$; exit 3"}), 128 + SIGPIPE);
}

}  // namespace
}  // namespace exectrail::recorder
