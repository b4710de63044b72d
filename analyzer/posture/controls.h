// What hardening guides ask of the mounts of directories in which everybody can write: CIS
// Distribution Independent Linux 2.0, 1.1.3-1.1.5, 1.1.8-1.1.10 and 1.1.15-1.1.17, and the STIGs of
// RHEL 6 to 9 and Oracle Linux 8 that ask for the same.
#pragma once

#include <span>
#include <string_view>

#include "analyzer/engine/mounts.h"

namespace exectrail::analyzer {

struct Control {
  std::string_view directory;  // "/var/tmp"
  std::string_view option;     // "noexec"
  std::span<const std::string_view> compliance;
};

// By directory, then nodev, nosuid, noexec.
std::span<const Control> controls();

// The one that asks for `option` where `path` lies; null if none does.
const Control* controlFor(std::string_view path, std::string_view option);

// "/tmp is tmpfs rw,nosuid", "/tmp lies on /, ext4 rw"; bytes as recorded.
std::string describeMount(std::string_view directory, const MountFacts& mount);

}  // namespace exectrail::analyzer
