// A map by small numbers (pids), in one piece of memory: an entry is found where its number says,
// or right behind.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace exectrail::analyzer {

template <typename Value>
class FlatMap {
 public:
  // Null if there is none. Valid until the next insertion or removal.
  Value* find(std::uint32_t key) {
    const std::size_t at = slotOf(key);
    return slots_[at].used ? &slots_[at].value : nullptr;
  }
  const Value* find(std::uint32_t key) const {
    const std::size_t at = slotOf(key);
    return slots_[at].used ? &slots_[at].value : nullptr;
  }

  // The value, made if there is none.
  Value& operator[](std::uint32_t key) {
    std::size_t at = slotOf(key);
    if (slots_[at].used) return slots_[at].value;
    if (4 * (size_ + 1) > 3 * slots_.size()) {
      grow();
      at = slotOf(key);
    }
    slots_[at].used = true;
    slots_[at].key = key;
    ++size_;
    return slots_[at].value;
  }

  void erase(std::uint32_t key) {
    const std::size_t at = slotOf(key);
    if (slots_[at].used) eraseAt(at);
  }

  // Removes some entry: which one depends on nothing but what was called before.
  void eraseAny() {
    if (size_ == 0) return;
    while (!slots_[hand_ & mask_].used) ++hand_;
    eraseAt(hand_ & mask_);
  }

  std::size_t size() const { return size_; }

 private:
  struct Slot {
    Value value{};
    std::uint32_t key = 0;
    bool used = false;
  };
  static constexpr std::size_t kFirstSlots = 64;

  std::size_t home(std::uint32_t key) const {
    return static_cast<std::size_t>((key * 0x9e3779b97f4a7c15U) >> 32) & mask_;
  }

  // Where the key is, or where it would go.
  std::size_t slotOf(std::uint32_t key) const {
    std::size_t at = home(key);
    while (slots_[at].used && slots_[at].key != key) at = (at + 1) & mask_;
    return at;
  }

  // Entries behind move up, so that none is cut off from where its number says.
  void eraseAt(std::size_t hole) {
    for (std::size_t at = (hole + 1) & mask_; slots_[at].used; at = (at + 1) & mask_) {
      const std::size_t wanted = home(slots_[at].key);
      if (((at - wanted) & mask_) < ((at - hole) & mask_)) continue;
      std::swap(slots_[hole].value, slots_[at].value);
      slots_[hole].key = slots_[at].key;
      hole = at;
    }
    slots_[hole].used = false;
    --size_;
    Value gone = std::exchange(slots_[hole].value, Value{});
  }

  void grow() {
    std::vector<Slot> old(2 * slots_.size());
    old.swap(slots_);
    mask_ = slots_.size() - 1;
    for (Slot& slot : old) {
      if (!slot.used) continue;
      Slot& to = slots_[slotOf(slot.key)];
      to = std::move(slot);
    }
  }

  std::vector<Slot> slots_ = std::vector<Slot>(kFirstSlots);
  std::size_t mask_ = kFirstSlots - 1;
  std::size_t size_ = 0;
  std::size_t hand_ = 0;
};

}  // namespace exectrail::analyzer
