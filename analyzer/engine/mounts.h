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
  std::uint64_t sinceNs = 0;  // of the change that brought it; 0: it was in the whole table

  bool has(std::string_view option) const;
};

class Mounts {
 public:
  static constexpr std::size_t kMaxNamespaces = 1024;
  static constexpr std::size_t kMaxMounts = 16'384;  // of one namespace

  // A recorder may gather what happens to a namespace for 100 ms after it has read its table: so
  // long a table may be out of date without a word in the trace.
  static constexpr std::uint64_t kSettleNs = 100'000'000;

  // `timeNs` is the record's.
  void apply(const trace::MountTable& table, std::uint64_t timeNs);

  // The mount that `path` lies on, as seen in that namespace; null if its table is not known, or
  // not whole.
  const MountFacts* find(std::uint64_t mountNamespace, std::string_view path) const;

  // The mount that it lay on at `timeNs`, if that can be relied on: the table had settled, or the
  // kernel named the device of the mount as that of the file. Null otherwise, and if it named
  // another one (of overlayfs it may name the layer below). Believed at once: what a table forbids,
  // for a mount is made noexec more often than it stops to be; and the mount that the last change
  // brought, for a mount is made to be used. `identity` is null if there is none.
  const MountFacts* findAt(std::uint64_t mountNamespace, std::string_view path,
                           std::uint64_t timeNs, const trace::FileIdentity* identity) const;

 private:
  struct Entry {
    std::uint32_t parentId = 0;
    std::uint64_t order = 0;  // the later of two on the same point hides the other
    MountFacts facts;
  };
  struct Table {
    std::map<std::uint32_t, Entry> mounts;
    bool whole = false;
    std::uint64_t timeNs = 0;  // of the last record about it
  };
  std::map<std::uint64_t, Table> tables_;
  std::uint64_t order_ = 0;
};

}  // namespace exectrail::analyzer
