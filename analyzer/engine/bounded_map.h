// A map of at most so many keys. The one that was used longest ago makes room, and that is counted:
// an answer that rests on memory must say when memory was short.
#pragma once

#include <cstdint>
#include <list>
#include <unordered_map>
#include <utility>

#include "analyzer/engine/keys.h"

namespace exectrail::analyzer {

template <typename Value>
class BoundedMap {
 public:
  explicit BoundedMap(std::size_t limit) : limit_(limit) {}

  // Null if there is none; a use otherwise.
  Value* find(const Key& key) {
    const auto found = entries_.find(key);
    if (found == entries_.end()) return nullptr;
    order_.splice(order_.begin(), order_, found->second);
    return &found->second->second;
  }

  // The value, made if there is none. `evicted` is called with one that made room.
  template <typename Evicted>
  Value& get(const Key& key, Evicted evicted) {
    if (Value* found = find(key)) return *found;
    if (entries_.size() >= limit_) {
      ++evictions_;
      evicted(order_.back().second);
      entries_.erase(order_.back().first);
      order_.pop_back();
    }
    order_.emplace_front(key, Value{});
    entries_.emplace(key, order_.begin());
    return order_.front().second;
  }
  Value& get(const Key& key) {
    return get(key, [](const Value&) {});
  }

  // Takes out what was used longest ago as long as it is `over`: such a value must be worth no more
  // than none, so that it is no eviction.
  template <typename Over>
  void forget(Over over) {
    while (!order_.empty() && over(order_.back().second)) {
      entries_.erase(order_.back().first);
      order_.pop_back();
    }
  }

  void erase(const Key& key) {
    const auto found = entries_.find(key);
    if (found == entries_.end()) return;
    order_.erase(found->second);
    entries_.erase(found);
  }

  // Oldest use first.
  template <typename Each>
  void forEach(Each each) {
    for (auto entry = order_.rbegin(); entry != order_.rend(); ++entry) each(entry->second);
  }

  std::size_t size() const { return entries_.size(); }
  std::uint64_t evictions() const { return evictions_; }

 private:
  using Order = std::list<std::pair<Key, Value>>;  // latest use first
  std::size_t limit_;
  Order order_;
  std::unordered_map<Key, typename Order::iterator, KeyHash> entries_;
  std::uint64_t evictions_ = 0;
};

}  // namespace exectrail::analyzer
