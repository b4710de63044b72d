// Delta debugging (Zeller, Hildebrandt: "Simplifying and isolating failure-inducing input", 2002):
// the smallest part of a list that still has some property.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace exectrail::replay {

// `holds(all)` must be true; tells whether a part still has the property. No single element of the
// result can be left out. Order stays. `holds` may return false to end early.
template <typename Unit, typename Holds>
std::vector<Unit> smallestPart(std::vector<Unit> all, Holds holds) {
  if (all.empty() || holds(std::vector<Unit>{})) return {};
  for (std::size_t chunk = (all.size() + 1) / 2;;) {
    bool removed = false;
    for (std::size_t from = 0; from < all.size();) {
      const std::size_t size = std::min(chunk, all.size() - from);
      std::vector<Unit> rest(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(from));
      rest.insert(rest.end(), all.begin() + static_cast<std::ptrdiff_t>(from + size), all.end());
      if (holds(rest)) {
        all = std::move(rest);  // what followed is at `from` now
        removed = true;
      } else {
        from += size;
      }
    }
    if (chunk > 1) {
      chunk = (chunk + 1) / 2;
    } else if (!removed) {
      return all;
    }
  }
}

}  // namespace exectrail::replay
