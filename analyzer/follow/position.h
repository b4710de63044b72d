// A place in a folder of segments: after so many batches of one of them. Segments are in the order
// of their names.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

namespace exectrail::analyzer {

struct Position {
  std::string segment;  // the name of its file; empty: before everything
  std::uint64_t batch = 0;
  bool closed = false;  // and after what is said when its recording has ended
  friend auto operator<=>(const Position&, const Position&) = default;
};

}  // namespace exectrail::analyzer
