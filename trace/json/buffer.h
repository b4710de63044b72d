// Text that grows at its end, without being filled with anything before it is written. The first
// part lies within, so that what stays small, as most objects of JSON do, asks nobody for memory.
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstring>
#include <limits>
#include <memory>
#include <string_view>

namespace exectrail::trace {

class JsonBuffer {
 public:
  JsonBuffer() = default;
  JsonBuffer(const JsonBuffer& other) { append(other.view()); }
  JsonBuffer& operator=(const JsonBuffer& other) {
    if (this == &other) return *this;
    size_ = 0;
    append(other.view());
    return *this;
  }
  ~JsonBuffer() = default;

  std::string_view view() const { return {data(), size_}; }
  bool empty() const { return size_ == 0; }

  // Where `most` bytes can be written behind the end; wrote() says how many were.
  char* room(std::size_t most) {
    if (capacity_ - size_ < most) grow(most);
    return data() + size_;
  }
  void wrote(std::size_t written) { size_ += written; }

  void append(char c) {
    *room(1) = c;
    ++size_;
  }

  void append(std::string_view text) {
    if (text.empty()) return;
    std::memcpy(room(text.size()), text.data(), text.size());
    size_ += text.size();
  }

  void append(std::integral auto number) {
    constexpr std::size_t kMost = std::numeric_limits<decltype(number)>::digits10 + 2;
    char* at = room(kMost);
    size_ += static_cast<std::size_t>(std::to_chars(at, at + kMost, number).ptr - at);
  }

 private:
  static constexpr std::size_t kWithin = 232;
  static constexpr std::size_t kFirst = 2048;

  char* data() { return heap_ ? heap_.get() : within_.data(); }
  const char* data() const { return heap_ ? heap_.get() : within_.data(); }

  void grow(std::size_t more) {
    const std::size_t capacity = std::max({kFirst, 2 * capacity_, size_ + more});
    auto larger = std::make_unique_for_overwrite<char[]>(capacity);
    std::memcpy(larger.get(), data(), size_);
    heap_ = std::move(larger);
    capacity_ = capacity;
  }

  std::size_t size_ = 0;
  std::size_t capacity_ = kWithin;
  std::unique_ptr<char[]> heap_;
  std::array<char, kWithin> within_;
};

}  // namespace exectrail::trace
