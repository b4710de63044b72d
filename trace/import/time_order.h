// Puts events into the order of their times: logs write them in the order in which they were
// finished. Keeps a bounded number for a bounded time.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <utility>

#include "trace/import/sensor_event.h"

namespace exectrail::trace {

class TimeOrder {
 public:
  static constexpr std::uint64_t kWindowNs = 5'000'000'000;
  static constexpr std::size_t kMaxEvents = std::size_t{1} << 14;
  static constexpr std::size_t kMaxBytes = std::size_t{16} << 20;

  using Take = std::function<void(const SensorEvent&)>;
  explicit TimeOrder(Take take) : take_(std::move(take)) {}

  void add(SensorEvent event) {
    newestNs_ = std::max(newestNs_, event.timeNs);
    bytes_ += bytesOf(event);
    waiting_.emplace(std::pair(event.timeNs, event.sequence), std::move(event));
    while (waiting_.size() > kMaxEvents || bytes_ > kMaxBytes ||
           waiting_.begin()->first.first + kWindowNs < newestNs_) {
      takeFirst();
    }
  }

  void end() {
    while (!waiting_.empty()) takeFirst();
  }

  std::uint64_t newestNs() const { return newestNs_; }

 private:
  void takeFirst() {
    const auto first = waiting_.begin();
    bytes_ -= bytesOf(first->second);
    take_(first->second);
    waiting_.erase(first);
  }

  Take take_;
  std::multimap<std::pair<std::uint64_t, std::uint64_t>, SensorEvent> waiting_;
  std::size_t bytes_ = 0;
  std::uint64_t newestNs_ = 0;
};

}  // namespace exectrail::trace
