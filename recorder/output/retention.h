// Which segments have been kept long enough: a pure decision over what is there.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "recorder/output/segment_folder.h"

namespace exectrail::recorder {

// A bound that is not there does not remove anything.
struct Retention {
  std::optional<std::uint64_t> ageNs;  // since a segment was written last
  std::optional<std::uint64_t> bytes;  // of all segments together
  std::optional<std::uint64_t> free;   // that the file system shall have left, bytes
  std::optional<double> freePercent;   // the same, of its size
};

struct Removal {
  std::string name;
  std::string why;  // "older than 30 d"
};

// The oldest ones of `files`, which are in order, as many as have to go. `current`, which is being
// written, and those behind it stay in any case.
std::vector<Removal> removable(const std::vector<SegmentFile>& files, const std::string& current,
                               const Retention& retention, const SegmentFolder::Room& room,
                               std::uint64_t nowNs);

}  // namespace exectrail::recorder
