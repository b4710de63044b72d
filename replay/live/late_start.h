// For scenarios whose processes are older than the recorder: run.sh prepares them and stops itself
// (kill -STOP $$); only then does the recorder begin, and its COMMAND lets run.sh go on.
#pragma once

#include <sys/types.h>

#include <chrono>

namespace exectrail::replay {

struct StoppedSandbox {
  pid_t init = 0;   // of its pid namespace
  pid_t shell = 0;  // that runs run.sh and has stopped itself
};

// Waits until the run.sh below `supervisor`, a child of ours that runs the sandbox, has stopped.
// Throws EnvironmentError if it ends or `limit` passes before.
StoppedSandbox waitUntilStopped(pid_t supervisor, std::chrono::seconds limit);

// Lets `shell` go on and waits for `init` to end. They are no children of ours.
void resumeSandbox(const StoppedSandbox& sandbox);

}  // namespace exectrail::replay
