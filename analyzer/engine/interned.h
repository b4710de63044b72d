// A set of objects of which there is one for each content, found by a hash of it. What nobody uses
// stays until the set has grown to twice of what is used: then it is swept out, unless it was found
// again since the last time. So memory follows what is alive, and what comes again and again stays.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace exectrail::analyzer {

// T has `hash` and `uses`; T::Memory makes away with it: free(T*).
template <typename T>
class Interned {
 public:
  explicit Interned(std::size_t leastLimit) : leastLimit_(leastLimit), limit_(leastLimit) {}
  Interned(const Interned&) = delete;
  Interned& operator=(const Interned&) = delete;
  ~Interned() {
    for (T* entry : slots_) {
      if (entry != nullptr) memory_.free(entry);
    }
  }

  // Null if there is none of which `same` is true.
  template <typename Same>
  T* find(std::uint64_t hash, Same same) {
    const Tag again = tagOf(hash) | kAgain;
    for (std::size_t at = hash & mask_; tags_[at] != kEmpty; at = (at + 1) & mask_) {
      if ((tags_[at] | kAgain) != again || slots_[at]->hash != hash || !same(*slots_[at])) continue;
      tags_[at] = again;
      return slots_[at];
    }
    return nullptr;
  }

  // What find() has not found. True: what nobody uses is gone now.
  bool insert(T* entry) {
    const bool full = size_ >= limit_;
    if (full) sweep();
    if (2 * (size_ + 1) > slots_.size()) rebuild(2 * slots_.size());
    put(entry);
    ++size_;
    return full;
  }

  std::size_t size() const { return size_; }
  typename T::Memory& memory() { return memory_; }

 private:
  static constexpr std::size_t kFirstSlots = 1024;
  static constexpr std::size_t kMostSpare = 65'536;  // slots of which the memory is kept
  static constexpr std::size_t kAhead = 8;

  // A part of the hash that says of most entries on the way that they are others, without a look at
  // them: they lie all over the memory.
  using Tag = std::uint16_t;
  static constexpr Tag kEmpty = 0;
  static constexpr Tag kAgain = 2;  // it was found since the last sweep
  static Tag tagOf(std::uint64_t hash) {
    return static_cast<Tag>(((hash >> 48) & ~std::uint64_t{kAgain}) | 1U);
  }

  void put(T* entry) {
    std::size_t at = entry->hash & mask_;
    while (tags_[at] != kEmpty) at = (at + 1) & mask_;
    tags_[at] = tagOf(entry->hash);
    slots_[at] = entry;
  }

  void rebuild(std::size_t slots) {
    before_.swap(slots_);
    slots_.assign(slots, nullptr);
    tags_.assign(slots, kEmpty);
    mask_ = slots - 1;
    for (std::size_t at = 0; at < before_.size(); ++at) {
      look(before_, at + kAhead);
      if (before_[at] != nullptr) put(before_[at]);
    }
    if (before_.size() > kMostSpare) before_ = std::vector<T*>();
  }

  // Entries lie all over the memory: they are asked for before they are needed.
  static void look(const std::vector<T*>& slots, std::size_t at) {
    if (at < slots.size()) __builtin_prefetch(slots[at]);
  }

  void sweep() {
    std::size_t stay = leastLimit_;  // of those nobody uses, at most
    for (std::size_t at = 0; at < slots_.size(); ++at) {
      look(slots_, at + kAhead);
      T*& entry = slots_[at];
      if (entry == nullptr || entry->uses != 0) continue;
      if ((tags_[at] & kAgain) != 0 && stay > 0) {
        --stay;
        continue;
      }
      memory_.free(entry);
      entry = nullptr;
      --size_;
    }
    limit_ = std::max(leastLimit_, 2 * size_);
    std::size_t slots = kFirstSlots;
    // A small table is made for what will come; of a large one, two at a time would be too much.
    while (slots < 2 * (size_ + 1) || slots < std::min(2 * limit_, kMostSpare)) slots *= 2;
    rebuild(std::max(slots, slots_.size() / 4));
  }

  typename T::Memory memory_;
  std::size_t leastLimit_;
  std::size_t limit_;  // entries at which those nobody uses are swept out
  std::size_t size_ = 0;
  std::vector<T*> slots_ = std::vector<T*>(kFirstSlots, nullptr);
  std::vector<T*> before_;                                         // nothing but memory
  std::vector<Tag> tags_ = std::vector<Tag>(kFirstSlots, kEmpty);  // of slots_
  std::size_t mask_ = kFirstSlots - 1;
};

}  // namespace exectrail::analyzer
