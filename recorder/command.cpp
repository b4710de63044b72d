#include "recorder/command.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "recorder/invoking_user.h"
#include "trace/errors.h"
#include "trace/escape.h"

namespace exectrail::recorder {
namespace {

struct Pipe {
  FileDescriptor read;
  FileDescriptor write;
};

Pipe makePipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throwErrno(errno, "cannot make a pipe");
  return {FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

// In the child. Returns 0 or an errno.
int becomeUser(const InvokingUser& user) {
  const passwd* entry = ::getpwuid(user.uid);
  const int groups =
      entry != nullptr ? ::initgroups(entry->pw_name, user.gid) : ::setgroups(0, nullptr);
  if (groups != 0 || ::setgid(user.gid) != 0 || ::setuid(user.uid) != 0) return errno;
  if (entry != nullptr) {
    ::setenv("USER", entry->pw_name, 1);
    ::setenv("LOGNAME", entry->pw_name, 1);
    ::setenv("HOME", entry->pw_dir, 1);
  }
  return 0;
}

[[noreturn]] void runChild(const CommandSettings& settings, const std::optional<InvokingUser>& user,
                           int releaseFd, int errorFd) {
  char go = 0;
  ssize_t got = 0;
  do {
    got = ::read(releaseFd, &go, 1);
  } while (got < 0 && errno == EINTR);
  if (got != 1) ::_exit(125);  // the recorder gave up

  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  int error = 0;
  if (settings.stdoutToStderr && ::dup2(STDERR_FILENO, STDOUT_FILENO) < 0) error = errno;
  if (error == 0 && user) error = becomeUser(*user);
  if (error == 0) {
    std::vector<char*> arguments;
    for (const std::string& argument : settings.arguments) {
      arguments.push_back(const_cast<char*>(argument.c_str()));
    }
    arguments.push_back(nullptr);
    ::execvp(arguments[0], arguments.data());
    error = errno;
  }
  if (::write(errorFd, &error, sizeof error) < 0) ::_exit(125);
  ::_exit(statusOfFailedExec(error));
}

}  // namespace

int statusOfFailedExec(int errorNumber) { return errorNumber == ENOENT ? 127 : 126; }

Command::Command(const CommandSettings& settings) {
  Pipe release = makePipe();
  Pipe error = makePipe();
  const auto user = settings.asInvokingUser ? invokingUser() : std::nullopt;
  pid_ = ::fork();
  if (pid_ < 0) throwErrno(errno, "cannot start " + settings.arguments[0]);
  if (pid_ == 0) {
    release.write.reset();
    runChild(settings, user, release.read.get(), error.write.get());
  }
  releasePipe_ = std::move(release.write);
  errorPipe_ = std::move(error.read);
}

Command::~Command() {
  // A child that was never released sees the end of its pipe and exits; one that runs is left
  // alone.
  const bool wasReleased = released();
  releasePipe_.reset();
  if (!wasReleased && !status_) status(true);
}

int Command::release() {
  const char go = 1;
  if (::write(releasePipe_.get(), &go, 1) != 1) return errno;
  releasePipe_.reset();
  int error = 0;
  ssize_t got = 0;
  do {
    got = ::read(errorPipe_.get(), &error, sizeof error);
  } while (got < 0 && errno == EINTR);
  errorPipe_.reset();
  return got == sizeof error ? error : 0;
}

std::optional<int> Command::status(bool wait) {
  int status = 0;
  while (!status_) {
    const pid_t ended = ::waitpid(pid_, &status, wait ? 0 : WNOHANG);
    if (ended < 0 && errno == EINTR) continue;
    if (ended != pid_) return std::nullopt;
    status_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  }
  return status_;
}

void releaseCommand(Command& command, const std::string& name, const Notify& notify) {
  if (command.released()) return;
  if (const int error = command.release(); error != 0) {
    notify("cannot run " + trace::quoteForTerminal(name) + ": " + std::strerror(error));
  }
}

}  // namespace exectrail::recorder
