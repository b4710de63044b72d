// Waiting for one child process of our own, with a limit.
#pragma once

#include <sys/types.h>

#include <chrono>

namespace exectrail::replay {

struct ChildEnd {
  int status = 0;  // exit status, or 128 + signal
  bool timedOut = false;
};

// The status a shell would show for what waitpid(2) returned.
int exitStatusOf(int waitStatus);

// Waits for `child`. After `limit` it is sent `signal`; if that is not SIGKILL and does not end it
// within five seconds, SIGKILL. Throws EnvironmentError.
ChildEnd waitForChild(pid_t child, std::chrono::seconds limit, int signal);

}  // namespace exectrail::replay
