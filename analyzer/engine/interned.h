// A set of objects of which there is one for each content, found by a hash of it. What nobody uses
// stays until the set has grown to twice of what is used: then it is swept out. So memory follows
// what is alive, and what comes again and again is found again.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace exectrail::analyzer {

// T has `hash` and `uses`, and is made away with by T::destroy(T*).
template <typename T>
class Interned {
 public:
  explicit Interned(std::size_t leastLimit) : leastLimit_(leastLimit), limit_(leastLimit) {}
  Interned(const Interned&) = delete;
  Interned& operator=(const Interned&) = delete;
  ~Interned() {
    for (T* entry : slots_) {
      if (entry != nullptr) T::destroy(entry);
    }
  }

  // Null if there is none of which `same` is true.
  template <typename Same>
  T* find(std::uint64_t hash, Same same) const {
    for (std::size_t at = hash & mask_; slots_[at] != nullptr; at = (at + 1) & mask_) {
      if (slots_[at]->hash == hash && same(*slots_[at])) return slots_[at];
    }
    return nullptr;
  }

  // What find() has not found.
  void insert(T* entry) {
    if (size_ >= limit_) sweep();
    if (2 * (size_ + 1) > slots_.size()) rebuild(2 * slots_.size());
    put(entry);
    ++size_;
  }

  std::size_t size() const { return size_; }

 private:
  static constexpr std::size_t kFirstSlots = 1024;

  void put(T* entry) {
    std::size_t at = entry->hash & mask_;
    while (slots_[at] != nullptr) at = (at + 1) & mask_;
    slots_[at] = entry;
  }

  void rebuild(std::size_t slots) {
    std::vector<T*> old(slots, nullptr);
    old.swap(slots_);
    mask_ = slots - 1;
    for (T* entry : old) {
      if (entry != nullptr) put(entry);
    }
  }

  void sweep() {
    for (T*& entry : slots_) {
      if (entry == nullptr || entry->uses != 0) continue;
      T::destroy(entry);
      entry = nullptr;
      --size_;
    }
    limit_ = std::max(leastLimit_, 2 * size_);
    std::size_t slots = kFirstSlots;
    while (slots < 2 * (size_ + 1)) slots *= 2;
    rebuild(std::max(slots, slots_.size() / 4));
  }

  std::size_t leastLimit_;
  std::size_t limit_;  // entries at which those nobody uses are swept out
  std::size_t size_ = 0;
  std::vector<T*> slots_ = std::vector<T*>(kFirstSlots, nullptr);
  std::size_t mask_ = kFirstSlots - 1;
};

}  // namespace exectrail::analyzer
