// Alerts that are alike: the first few of a window are given out, the others become one that says
// how many they are. Event time alone decides, so that a replay does the same.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <utility>

#include "analyzer/compiler/program.h"
#include "analyzer/engine/alert.h"
#include "analyzer/engine/bounded_map.h"

namespace exectrail::analyzer {

class Suppressor {
 public:
  using Emit = std::function<void(const Alert&)>;

  explicit Suppressor(const Suppression& rule, std::size_t maxKeys = kMaxKeys)
      : rule_(rule), windows_(maxKeys) {}

  // Whether the alert with this key is given out. `make` builds it, asked for at most once in a
  // window; what makes room goes to `emit`.
  bool passes(const Key& key, std::uint64_t timeNs, const std::function<Alert()>& make,
              const Emit& emit);

  // Gives out what is known of windows that ended before `timeNs`.
  void advance(std::uint64_t timeNs, const Emit& emit);

  // When advance() has something to give out; the end of time: not yet.
  std::uint64_t nextExpiryNs() const {
    return expiries_.empty() ? ~std::uint64_t{0} : expiries_.begin()->first;
  }

  // Of all windows: the trace has ended.
  void finish(const Emit& emit);

  std::uint64_t evictions() const { return windows_.evictions(); }

 private:
  struct Window {
    Key key{};
    std::uint64_t startNs = 0;
    std::uint64_t alerts = 0;
    std::uint64_t lastNs = 0;
    std::unique_ptr<Alert> suppressed;  // the first of them, with their count; null: none
  };
  void emitIfAny(Window& window, const Emit& emit);

  const Suppression& rule_;
  BoundedMap<Window> windows_;
  // Ends of windows in which something was suppressed.
  std::set<std::pair<std::uint64_t, Key>> expiries_;
};

}  // namespace exectrail::analyzer
