#include "replay/live/child.h"

#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "trace/errors.h"

namespace exectrail::replay {
namespace {

// True if the process behind `pidfd` ended in time.
bool endsWithin(int pidfd, std::chrono::milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    pollfd waiting{pidfd, POLLIN, 0};
    const int ready = ::poll(&waiting, 1, static_cast<int>(std::max<long>(0, left.count())));
    if (ready > 0) return true;
    if (ready == 0) return false;
    if (errno != EINTR) throwErrno(errno, "poll");
  }
}

}  // namespace

int exitStatusOf(int waitStatus) {
  return WIFSIGNALED(waitStatus) ? 128 + WTERMSIG(waitStatus) : WEXITSTATUS(waitStatus);
}

ChildEnd waitForChild(pid_t child, std::chrono::seconds limit, int signal) {
  constexpr std::chrono::seconds kGrace{5};
  // Linux 5.3. Not reaped yet, so the number cannot belong to another process.
  const int pidfd = static_cast<int>(::syscall(SYS_pidfd_open, child, 0));
  if (pidfd < 0) throwErrno(errno, "pidfd_open");
  ChildEnd end;
  if (!endsWithin(pidfd, limit)) {
    end.timedOut = true;
    ::kill(child, signal);
    if (signal != SIGKILL && !endsWithin(pidfd, kGrace)) ::kill(child, SIGKILL);
  }
  ::close(pidfd);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) throwErrno(errno, "waitpid");
  }
  end.status = exitStatusOf(status);
  return end;
}

}  // namespace exectrail::replay
