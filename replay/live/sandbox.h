// Runs a scenario's run.sh where it can hurt nothing: namespaces of its own for mounts, processes,
// network, host name and IPC, an overlay of the root directory that is thrown away, and a clean
// environment. Needs root. It guards against accidents, not against a hostile script.
#pragma once

#include <chrono>
#include <string>

namespace exectrail::replay {

struct SandboxOptions {
  std::string scenarioDirectory;  // holds run.sh; read-only inside, as /scenario
  std::string variant;            // first argument of run.sh, empty: none
  std::chrono::seconds timeout{60};
};

// Statuses that the sandbox itself ends with; any other is run.sh's.
inline constexpr int kSandboxTimeout = 124;  // as timeout(1)
inline constexpr int kOutsideSandbox = 97;   // a run.sh's guard: not started by us

// Runs `sh /scenario/run.sh VARIANT` and returns its status (128 + signal), or kSandboxTimeout.
// When run.sh ends, everything it left running ends with it. Throws EnvironmentError if the sandbox
// cannot be built.
int runInSandbox(const SandboxOptions& options);

}  // namespace exectrail::replay
