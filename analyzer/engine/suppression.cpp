#include "analyzer/engine/suppression.h"

#include <algorithm>

namespace exectrail::analyzer {

void Suppressor::emitIfAny(Window& window, const Emit& emit) {
  if (!window.suppressed) return;
  expiries_.erase({window.startNs + rule_.windowNs, window.key});
  const std::uint64_t later = window.lastNs - window.suppressed->timeNs;
  window.suppressed->timeNs = window.lastNs;
  window.suppressed->realtimeNs += static_cast<std::int64_t>(later);
  emit(*window.suppressed);
  window.suppressed.reset();
}

bool Suppressor::passes(const Key& key, std::uint64_t timeNs, const std::function<Alert()>& make,
                        const Emit& emit) {
  // A window that is over and has nothing to tell is as good as none, also for what comes late.
  windows_.forget([&](const Window& window) {
    return !window.suppressed && timeNs >= window.lastNs &&
           (timeNs - window.lastNs) / 2 >= rule_.windowNs;
  });
  Window& window = windows_.get(key, [&](Window& evicted) { emitIfAny(evicted, emit); });
  const bool over = timeNs >= window.startNs && timeNs - window.startNs >= rule_.windowNs;
  if (window.alerts == 0 || over) {
    emitIfAny(window, emit);
    window = {key, timeNs, 0, timeNs, {}};
  }
  if (++window.alerts <= rule_.first) return true;
  window.lastNs = std::max(window.lastNs, timeNs);
  if (!window.suppressed) {
    window.suppressed = std::make_unique<Alert>(make());
    expiries_.emplace(window.startNs + rule_.windowNs, key);
  }
  ++window.suppressed->suppressed;
  return false;
}

void Suppressor::advance(std::uint64_t timeNs, const Emit& emit) {
  while (!expiries_.empty() && expiries_.begin()->first <= timeNs) {
    const Key key = expiries_.begin()->second;
    Window* window = windows_.find(key);
    if (window == nullptr) {  // cannot be: what leaves the map leaves here too
      expiries_.erase(expiries_.begin());
      continue;
    }
    emitIfAny(*window, emit);
    windows_.erase(key);
  }
}

void Suppressor::finish(const Emit& emit) {
  windows_.forEach([&](Window& window) { emitIfAny(window, emit); });
}

}  // namespace exectrail::analyzer
