#include "recorder/sources/cgroup_paths.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>

#include <cstring>

#include "recorder/proc/proc_files.h"

namespace exectrail::recorder {
namespace {

// Where systemd mounts them (file-hierarchy(7) leaves no other place), the controller's own first.
struct Place {
  const char* path;
  long magic;
};
constexpr Place kPlaces[] = {{"/sys/fs/cgroup/perf_event", CGROUP_SUPER_MAGIC},
                             {"/sys/fs/cgroup", CGROUP2_SUPER_MAGIC},
                             {"/sys/fs/cgroup/unified", CGROUP2_SUPER_MAGIC}};

constexpr int kKernfsHandle = 0xfe;             // FILEID_KERNFS of include/linux/exportfs.h
constexpr std::size_t kMostRemembered = 65536;  // then it starts anew: a group is asked for again

}  // namespace

CgroupPaths::CgroupPaths() {
  for (const Place& place : kPlaces) {
    struct statfs fs {};
    if (::statfs(place.path, &fs) != 0 || fs.f_type != place.magic) continue;
    root_ = FileDescriptor(::open(place.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    mountPoint_ = place.path;
    return;
  }
}

void CgroupPaths::remember(std::uint64_t id) {
  if (known_.size() >= kMostRemembered) known_.clear();
  known_.insert(id);
  last_ = id;
}

std::optional<std::string> CgroupPaths::ask(std::uint64_t id) {
  if (id == last_) return std::nullopt;
  if (known_.contains(id)) {
    last_ = id;
    return std::nullopt;
  }
  remember(id);
  if (!root_.valid()) return std::nullopt;
  union {
    file_handle handle;
    std::byte space[sizeof(file_handle) + sizeof id];
  } named{};
  named.handle.handle_bytes = sizeof id;
  named.handle.handle_type = kKernfsHandle;
  std::memcpy(named.space + sizeof(file_handle), &id, sizeof id);
  const FileDescriptor group(
      ::open_by_handle_at(root_.get(), &named.handle, O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!group.valid()) return std::nullopt;
  const std::string link = "/proc/self/fd/" + std::to_string(group.get());
  ReadResult path = readLinkAt(AT_FDCWD, link.c_str());
  if (path.errorNumber != 0 || !path.bytes.starts_with(mountPoint_)) return std::nullopt;
  path.bytes.erase(0, mountPoint_.size());
  if (path.bytes.empty()) path.bytes = "/";
  return std::move(path.bytes);
}

}  // namespace exectrail::recorder
