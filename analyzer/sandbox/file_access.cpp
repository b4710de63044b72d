#include "analyzer/sandbox/file_access.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <system_error>
#include <utility>

namespace exectrail::analyzer {
namespace {

// Not in the headers of Linux 6.1; landlock(7).
constexpr std::uint64_t kTruncate = std::uint64_t{1} << 14;  // of ABI 3
constexpr std::uint64_t kDevices = std::uint64_t{1} << 15;   // ioctl(2) on devices; of ABI 5

constexpr std::uint64_t kRead = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr std::uint64_t kWrite = kRead | kTruncate | LANDLOCK_ACCESS_FS_WRITE_FILE |
                                 LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG |
                                 LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_DIR;
// What a rule about something that is no folder may speak of.
constexpr std::uint64_t kOfFiles = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE |
                                   LANDLOCK_ACCESS_FS_WRITE_FILE | kTruncate | kDevices;

// All that this version of Landlock can forbid in the file system.
std::uint64_t known(long abi) {
  const int bits = abi >= 5 ? 16 : abi >= 3 ? 15 : abi >= 2 ? 14 : 13;
  return (std::uint64_t{1} << bits) - 1;
}

// What is there of this path.
FileDescriptor openNearest(const std::string& name) {
  std::error_code none;  // of a working directory that has been removed
  std::filesystem::path path = std::filesystem::absolute(name, none);
  if (none) return {};
  for (;; path = path.parent_path()) {
    FileDescriptor fd(::open(path.c_str(), O_PATH | O_CLOEXEC));
    const bool absent = !fd.valid() && (errno == ENOENT || errno == ENOTDIR);
    if (!absent || path == path.root_path()) return fd;
  }
}

int allow(int rules, const std::string& path, std::uint64_t access,
          std::vector<FileDescriptor>& kept) {
  FileDescriptor fd = openNearest(path);
  struct stat status {};
  // What cannot be opened now, nobody misses; opening it later says so.
  if (!fd.valid() || ::fstat(fd.get(), &status) != 0) return 0;
  landlock_path_beneath_attr rule{};
  rule.parent_fd = fd.get();
  rule.allowed_access = S_ISDIR(status.st_mode) ? access : access & kOfFiles;
  if (::syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0) {
    return errno == EBADFD ? 0 : errno;  // a pipe: Landlock does not forbid these
  }
  if (path.starts_with("/proc/")) kept.push_back(std::move(fd));
  return 0;
}

}  // namespace

int restrictFiles(const SandboxNeeds& needs, std::vector<FileDescriptor>& kept) {
  const long abi =
      ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (abi < 0) return errno;
  landlock_ruleset_attr forbidden{};
  forbidden.handled_access_fs = known(abi);
  const FileDescriptor rules(
      static_cast<int>(::syscall(SYS_landlock_create_ruleset, &forbidden, sizeof forbidden, 0)));
  if (!rules.valid()) return errno;
  for (const std::string& path : needs.read) {
    if (const int error = allow(rules.get(), path, kRead & known(abi), kept)) return error;
  }
  for (const std::string& path : needs.write) {
    if (const int error = allow(rules.get(), path, kWrite & known(abi), kept)) return error;
  }
  if (::syscall(SYS_landlock_restrict_self, rules.get(), 0) != 0) return errno;
  return 0;
}

}  // namespace exectrail::analyzer
