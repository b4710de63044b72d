#include "analyzer/engine/gaps.h"

#include <algorithm>

namespace exectrail::analyzer {

void Gaps::add(const trace::Gap& gap) {
  gaps_.push_back(gap);
  if (gaps_.size() <= kMax) return;
  const trace::Gap oldest = gaps_.front();
  gaps_.pop_front();
  trace::Gap& merged = gaps_.front();
  if (merged.source != oldest.source) merged.source = trace::Source::kUnknown;
  merged.fromNs = std::min(merged.fromNs, oldest.fromNs);
  merged.toNs = std::max(merged.toNs, oldest.toNs);
  // A sum with an unknown part is unknown.
  const bool counted = merged.lostEvents != 0 && oldest.lostEvents != 0;
  merged.lostEvents = counted ? merged.lostEvents + oldest.lostEvents : 0;
}

std::vector<trace::Gap> Gaps::touching(std::uint64_t fromNs, std::uint64_t toNs) const {
  std::vector<trace::Gap> found;
  for (const trace::Gap& gap : gaps_) {
    if (gap.fromNs <= toNs && gap.toNs >= fromNs) found.push_back(gap);
  }
  return found;
}

}  // namespace exectrail::analyzer
