// Which control group a process is in, and which container that stands for: the text of
// /proc/PID/cgroup, and the names that container managers give their groups.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace exectrail::recorder {

// The path out of cgroups(7)'s lines "id:controllers:path". That of the unified hierarchy ("0::"),
// unless processes are sorted by older ones and left at its root: then that of name=systemd, or of
// the memory controller, the first that is not the root. It may end in " (deleted)". Empty if there
// is no line, as where nothing has mounted control groups. Nothing: lines, but none of these.
std::optional<std::string_view> cgroupPath(std::string_view text);

// The container that a control group belongs to: 64 hexadecimal digits of Docker, containerd,
// CRI-O, Podman and Kubernetes, the name of LXC's and systemd-nspawn's; the innermost one if they
// are nested. Empty: none. Whoever may make control groups may name them so: class `inferred`.
std::string_view containerIdOf(std::string_view cgroupPath);

// The same from all lines of /proc/PID/cgroup: with older hierarchies the container may show in
// only some.
std::string_view containerIdIn(std::string_view text);

}  // namespace exectrail::recorder
