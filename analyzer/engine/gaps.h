// The gaps of a trace so far, to answer which of them a decision spans. Bounded: of very many gaps
// the oldest are remembered as one that covers them all.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "trace/record.h"

namespace exectrail::analyzer {

class Gaps {
 public:
  static constexpr std::size_t kMax = 1024;

  void add(const trace::Gap& gap);

  bool empty() const { return gaps_.empty(); }

  // Those that touch the time from `fromNs` to `toNs`, in the order of the trace.
  std::vector<trace::Gap> touching(std::uint64_t fromNs, std::uint64_t toNs) const;

 private:
  std::deque<trace::Gap> gaps_;
};

}  // namespace exectrail::analyzer
