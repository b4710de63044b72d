#include "replay/scenario/needs.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <fstream>
#include <string>

namespace exectrail::replay {
namespace {

constexpr std::string_view kPackage = "package:";
// One that is not installed for a scenario's sake: where it is there, the scenario is recorded.
constexpr std::string_view kLargePackage = "large-package:";
// What no package has, and whoever records has to make: its path on the host.
constexpr std::string_view kFile = "file:";

constexpr std::string_view kExecveCheck = "at-execve-check";

bool isKernelNeed(std::string_view need) {
  return need == "eprobes" || need == "kprobes" || need == kExecveCheck;
}

// Asks by execveat(2) whether this program might be executed. Older kernels refuse the flag.
std::optional<std::string> unmetExecveCheck() {
  constexpr int kFlag = 0x10000;  // AT_EXECVE_CHECK, Linux 6.14
  const char* const nothing[] = {"", nullptr};
  if (::syscall(SYS_execveat, AT_FDCWD, "/proc/self/exe", nothing, nothing + 1, kFlag) == 0) {
    return std::nullopt;
  }
  return "needs AT_EXECVE_CHECK, which came with Linux 6.14; this kernel refuses it";
}

// Which dynamic events a kernel was built with shows in its symbols only: tracefs' README offers
// them all the same. Function of each kind in kernel/trace/trace_{e,k}probe.c.
std::optional<std::string> unmetInKernel(std::string_view need) {
  std::ifstream symbols("/proc/kallsyms");
  const std::string wanted = need == "eprobes" ? "trace_eprobe_create" : "trace_kprobe_create";
  std::string line;
  while (std::getline(symbols, line)) {
    if (line.find(wanted) != std::string::npos) return std::nullopt;
  }
  return "needs " + std::string(need) + "; this kernel has none";
}

// deb-control(5) paragraphs of all packages dpkg knows, removed ones among them.
std::optional<std::string> unmetPackage(std::string_view package) {
  std::ifstream status("/var/lib/dpkg/status");
  const std::string wanted = "Package: " + std::string(package);
  bool found = false;
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("Package: ")) found = line == wanted;
    if (found && line.starts_with("Status: ") && line.ends_with(" ok installed")) {
      return std::nullopt;
    }
  }
  return "needs the package " + std::string(package) + ": apt-get install " + std::string(package);
}

std::optional<std::string> unmetFile(const std::string& path) {
  if (::access(path.c_str(), F_OK) == 0) return std::nullopt;
  return "needs the file " + path + ": the scenario's run.sh says where it comes from";
}

std::optional<std::string> unmet(std::string_view need) {
  if (need == "root") {
    if (::geteuid() == 0) return std::nullopt;
    return "needs root; this is user " + std::to_string(::geteuid());
  }
  if (need == kExecveCheck) return unmetExecveCheck();
  if (isKernelNeed(need)) return unmetInKernel(need);
  if (need.starts_with(kFile)) return unmetFile(std::string(need.substr(kFile.size())));
  return unmetPackage(need.substr(need.find(':') + 1));
}

}  // namespace

bool isKnownNeed(std::string_view need) {
  const auto names = [need](std::string_view kind) {
    return need.starts_with(kind) && need.size() > kind.size();
  };
  return need == "root" || isKernelNeed(need) || names(kPackage) || names(kLargePackage) ||
         need.starts_with(std::string(kFile) + "/");
}

std::optional<std::string> unmetNeed(const Scenario& scenario) {
  for (const std::string& need : scenario.needs) {
    if (std::optional<std::string> reason = unmet(need)) return reason;
  }
  return std::nullopt;
}

std::optional<std::string> unmetKernelNeed(const Scenario& scenario) {
  for (const std::string& need : scenario.needs) {
    if (!isKernelNeed(need)) continue;
    if (std::optional<std::string> reason = unmet(need)) return reason;
  }
  return std::nullopt;
}

}  // namespace exectrail::replay
