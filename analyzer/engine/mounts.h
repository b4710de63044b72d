// Which mount a path lies on, by the mount tables of the trace: one per mount namespace, kept up to
// date by the changes that follow. Bounded; what is left out makes answers unknown, not wrong.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "trace/record.h"

namespace exectrail::analyzer {

struct MountFacts {
  std::string point;
  std::string fileSystem;
  std::vector<std::string> options;  // of the mount: "rw", "noexec"
  trace::Evidence evidence;
  std::uint32_t deviceMajor = 0;  // of the file system; both 0: not known
  std::uint32_t deviceMinor = 0;

  bool has(std::string_view option) const;
};

class Mounts {
 public:
  static constexpr std::size_t kMaxNamespaces = 1024;
  static constexpr std::size_t kMaxMounts = 16'384;  // of one namespace

  void apply(const trace::MountTable& table);

  // The mount that `path` lies on, as seen in that namespace; null if its table is not known, or
  // not whole.
  const MountFacts* find(std::uint64_t mountNamespace, std::string_view path) const;

 private:
  struct Entry {
    std::uint32_t parentId = 0;
    std::uint64_t order = 0;  // the later of two on the same point hides the other
    MountFacts facts;
  };
  struct Table {
    std::map<std::uint32_t, Entry> mounts;
    bool whole = false;
  };
  std::map<std::uint64_t, Table> tables_;
  std::uint64_t order_ = 0;
};

}  // namespace exectrail::analyzer
