#include "recorder/output/retention.h"

#include <algorithm>

#include "trace/readable.h"

namespace exectrail::recorder {

std::vector<Removal> removable(const std::vector<SegmentFile>& files, const std::string& current,
                               const Retention& retention, const SegmentFolder::Room& room,
                               std::uint64_t nowNs) {
  std::uint64_t total = 0;
  for (const SegmentFile& file : files) total += file.bytes;
  std::uint64_t wantedFree = retention.free.value_or(0);
  if (retention.freePercent) {
    const double part = static_cast<double>(room.size) * *retention.freePercent / 100;
    wantedFree = std::max(wantedFree, static_cast<std::uint64_t>(part));
  }
  std::uint64_t free = room.free;
  std::vector<Removal> removals;
  for (const SegmentFile& file : files) {
    if (file.name >= current) break;
    std::string why;
    if (retention.ageNs && file.changedNs + *retention.ageNs < nowNs) {
      why = "older than " + trace::readableDuration(static_cast<std::int64_t>(*retention.ageNs));
    } else if (retention.bytes && total > *retention.bytes) {
      why = "more than " + trace::readableSize(*retention.bytes) + " together";
    } else if (free < wantedFree) {
      why = "less than " + trace::readableSize(wantedFree) + " free on the disk";
    } else {
      break;  // those behind it are younger, and the sums have been brought down
    }
    removals.push_back({file.name, why});
    total -= file.bytes;
    free += file.bytes;
  }
  return removals;
}

}  // namespace exectrail::recorder
