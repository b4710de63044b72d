// SIGINT, SIGTERM, SIGHUP, SIGUSR1 and SIGCHLD as something to poll. Blocks them for the process;
// Command unblocks them for its child.
#pragma once

#include <signal.h>
#include <sys/signalfd.h>

#include <cerrno>
#include <optional>

#include "trace/errors.h"
#include "trace/file_descriptor.h"

namespace exectrail::recorder {

class Signals {
 public:
  Signals() {
    sigset_t set;
    ::sigemptyset(&set);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGCHLD}) ::sigaddset(&set, signal);
    ::sigprocmask(SIG_BLOCK, &set, nullptr);
    // A write to a pipe without a reader is an error to look at, not the end.
    ::signal(SIGPIPE, SIG_IGN);
    fd_ = FileDescriptor(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!fd_.valid()) throwErrno(errno, "cannot watch for signals");
  }

  int descriptor() const { return fd_.get(); }

  // The next signal that has arrived.
  std::optional<int> next() {
    signalfd_siginfo info{};
    if (::read(fd_.get(), &info, sizeof info) != sizeof info) return std::nullopt;
    return static_cast<int>(info.ssi_signo);
  }

 private:
  FileDescriptor fd_;
};

}  // namespace exectrail::recorder
