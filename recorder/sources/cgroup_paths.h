// Cgroup ids -> paths. perf tells of the groups that are made while it listens; older ones are
// asked for by their id, once.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_set>

#include "trace/file_descriptor.h"

namespace exectrail::recorder {

class CgroupPaths {
 public:
  // Finds the hierarchy that perf's ids belong to: that of the perf_event controller, which is the
  // unified one unless it was mounted apart. Where neither is, no path is known.
  CgroupPaths();

  // Perf has told the path.
  void told(std::uint64_t id) { remember(id); }

  // The path if nobody has told or asked yet and the group still exists. Needs
  // CAP_DAC_READ_SEARCH.
  std::optional<std::string> ask(std::uint64_t id);

 private:
  void remember(std::uint64_t id);

  FileDescriptor root_;
  std::string mountPoint_;
  std::unordered_set<std::uint64_t> known_;
  std::uint64_t last_ = 0;
};

}  // namespace exectrail::recorder
