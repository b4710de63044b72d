// Any text as /proc/PID/mountinfo, read twice: the second time nothing has changed. What is told
// has a place and is no longer than the text.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "recorder/proc/mount_table.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace exectrail::recorder;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  MountList list;
  const MountChanges first = list.update(text);
  std::size_t bytes = 0;
  for (const MountLine& mount : first.mounts) {
    if (mount.point.empty() || mount.root.empty() || mount.fileSystem.empty()) abort();
    bytes += mount.root.size() + mount.point.size() + mount.options.size() +
             mount.fileSystem.size() + mount.source.size() + mount.superOptions.size();
  }
  if (bytes > size || !first.removedIds.empty() || list.size() > first.mounts.size()) abort();
  const bool idsOnce = list.size() == first.mounts.size();
  const MountChanges second = list.update(text);
  if (idsOnce && !second.empty()) abort();
  const std::size_t held = list.size();
  if (list.update({}).removedIds.size() != held || list.size() != 0) abort();
  return 0;
}
