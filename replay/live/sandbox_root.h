// The file system and the privileges inside the sandbox. Called by its init process only.
#pragma once

#include <string>

namespace exectrail::replay {

// Leaves the caller, who must be alone in fresh mount, UTS and network namespaces and be the init
// of a fresh pid namespace, in "/" of an overlay of the host's root directory: own /proc, /dev,
// /tmp, /var/tmp, /dev/shm and /run, host name "exectrail", loopback up, scenario at /scenario.
// Throws EnvironmentError.
void enterSandboxRoot(const std::string& scenarioDirectory);

// Drops from the bounding set what reaches past namespaces: kernel modules, raw devices, the clock,
// the kernel log, auditing. Takes effect with the next exec.
void dropHostPrivileges();

}  // namespace exectrail::replay
