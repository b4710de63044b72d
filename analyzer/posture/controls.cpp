#include "analyzer/posture/controls.h"

#include <array>

#include "analyzer/paths/path.h"

namespace exectrail::analyzer {
namespace {

using Ids = std::string_view;

constexpr std::array<Ids, 1> kTmpNodev = {"CIS-DIL-2.0 1.1.3"};
constexpr std::array<Ids, 1> kTmpNosuid = {"CIS-DIL-2.0 1.1.4"};
constexpr std::array<Ids, 5> kTmpNoexec = {"CIS-DIL-2.0 1.1.5", "STIG RHEL-06-000528",
                                           "STIG RHEL-08-040125", "STIG RHEL-09-231130",
                                           "STIG OL08-00-040125"};
constexpr std::array<Ids, 1> kVarTmpNodev = {"CIS-DIL-2.0 1.1.8"};
constexpr std::array<Ids, 1> kVarTmpNosuid = {"CIS-DIL-2.0 1.1.9"};
constexpr std::array<Ids, 4> kVarTmpNoexec = {"CIS-DIL-2.0 1.1.10", "STIG RHEL-08-040134",
                                              "STIG RHEL-09-231180", "STIG OL08-00-040134"};
constexpr std::array<Ids, 2> kShmNodev = {"CIS-DIL-2.0 1.1.15", "STIG RHEL-07-021024"};
constexpr std::array<Ids, 2> kShmNosuid = {"CIS-DIL-2.0 1.1.16", "STIG RHEL-07-021024"};
constexpr std::array<Ids, 5> kShmNoexec = {"CIS-DIL-2.0 1.1.17", "STIG RHEL-07-021024",
                                           "STIG RHEL-08-040122", "STIG RHEL-09-231115",
                                           "STIG OL08-00-040122"};

constexpr std::array<Control, 9> kControls = {{{"/tmp", "nodev", kTmpNodev},
                                               {"/tmp", "nosuid", kTmpNosuid},
                                               {"/tmp", "noexec", kTmpNoexec},
                                               {"/var/tmp", "nodev", kVarTmpNodev},
                                               {"/var/tmp", "nosuid", kVarTmpNosuid},
                                               {"/var/tmp", "noexec", kVarTmpNoexec},
                                               {"/dev/shm", "nodev", kShmNodev},
                                               {"/dev/shm", "nosuid", kShmNosuid},
                                               {"/dev/shm", "noexec", kShmNoexec}}};

std::string joined(const std::vector<std::string>& options) {
  std::string text;
  for (const std::string& option : options) text += (text.empty() ? "" : ",") + option;
  return text;
}

}  // namespace

std::span<const Control> controls() { return kControls; }

const Control* controlFor(std::string_view path, std::string_view option) {
  for (const Control& control : kControls) {
    if (control.option == option && isUnder(path, control.directory)) return &control;
  }
  return nullptr;
}

std::string describeMount(std::string_view directory, const MountFacts& mount) {
  std::string text(directory);
  text += mount.point == directory ? " is " : " lies on " + mount.point + ", ";
  return text + mount.fileSystem + " " + joined(mount.options);
}

}  // namespace exectrail::analyzer
