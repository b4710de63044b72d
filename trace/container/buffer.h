// Memory for bytes on their way in: aligned for Cap'n Proto, not zeroed, used again when released.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

namespace exectrail::trace {

class Buffer {
 public:
  std::byte* data() { return reinterpret_cast<std::byte*>(words_.get()); }
  std::size_t capacity() const { return capacity_; }

  // Room for `size` bytes. The first `keep` bytes stay.
  void grow(std::size_t size, std::size_t keep) {
    if (size <= capacity_) return;
    const std::size_t words = (std::max(size, capacity_ * 2) + 7) / 8;
    auto larger = std::make_unique_for_overwrite<std::uint64_t[]>(words);
    if (keep > 0) std::memcpy(larger.get(), words_.get(), keep);
    words_ = std::move(larger);
    capacity_ = words * 8;
  }

 private:
  std::unique_ptr<std::uint64_t[]> words_;
  std::size_t capacity_ = 0;
};

// Buffers that are in use up to some offset of the data, oldest first.
class HeldBuffers {
 public:
  Buffer spare() {
    if (spare_.empty()) return {};
    Buffer buffer = std::move(spare_.back());
    spare_.pop_back();
    return buffer;
  }

  // Keeps `buffer` until release() is told an offset of at least `end`.
  std::byte* keep(std::uint64_t end, Buffer buffer) {
    return held_.emplace_back(end, std::move(buffer)).second.data();
  }

  void release(std::uint64_t offset) {
    while (!held_.empty() && held_.front().first <= offset) {
      spare(std::move(held_.front().second));
      held_.pop_front();
    }
  }

  // Those that would be kept until later than that.
  void forget(std::uint64_t offset) {
    while (!held_.empty() && held_.back().first > offset) {
      spare(std::move(held_.back().second));
      held_.pop_back();
    }
  }

 private:
  void spare(Buffer buffer) {
    if (spare_.size() < kMostSpare && buffer.capacity() <= kLargestSpare) {
      spare_.push_back(std::move(buffer));
    }
  }

  static constexpr std::size_t kMostSpare = 4;
  static constexpr std::size_t kLargestSpare = std::size_t{4} << 20;  // bytes

  std::deque<std::pair<std::uint64_t, Buffer>> held_;
  std::vector<Buffer> spare_;
};

}  // namespace exectrail::trace
