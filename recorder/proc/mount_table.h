// The mounts of one namespace as they were last told, and how a newer text differs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "recorder/proc/mount_info.h"

namespace exectrail::recorder {

struct MountChanges {
  std::vector<MountLine> mounts;  // new ones, and those that have changed
  std::vector<std::uint32_t> removedIds;
  std::uint32_t leftOut = 0;   // mounts that there was no room for
  std::uint32_t badLines = 0;  // not understood

  bool empty() const { return mounts.empty() && removedIds.empty(); }
};

class MountList {
 public:
  static constexpr std::size_t kMostMounts = 10'000;
  static constexpr std::size_t kMostBytes = std::size_t{4} << 20;

  // `text`: all of /proc/PID/mountinfo.
  MountChanges update(std::string_view text);

  std::size_t size() const { return lines_.size(); }
  bool contains(std::uint64_t id) const {
    return id <= UINT32_MAX && lines_.contains(static_cast<std::uint32_t>(id));
  }

 private:
  struct Known {
    std::string line;
    std::uint64_t round = 0;  // of the last text that had it
  };

  std::unordered_map<std::uint32_t, Known> lines_;  // by id
  std::uint64_t round_ = 0;
};

}  // namespace exectrail::recorder
