// Keeps copies of byte strings at addresses that stay valid until clear().
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <vector>

#include "trace/evidence.h"

namespace exectrail::trace {

class Arena {
 public:
  // Memory for `size` bytes, with no alignment.
  char* allocate(std::size_t size) {
    if (size > left_) {
      const std::size_t chunk = std::max(size, kChunkSize);
      chunks_.push_back(std::make_unique<char[]>(chunk));
      next_ = chunks_.back().get();
      left_ = chunk;
    }
    char* memory = next_;
    next_ += size;
    left_ -= size;
    return memory;
  }

  Bytes copy(Bytes bytes) {
    if (bytes.empty()) return {};
    char* memory = allocate(bytes.size());
    std::memcpy(memory, bytes.data(), bytes.size());
    return {memory, bytes.size()};
  }

  void clear() {
    chunks_.clear();
    next_ = nullptr;
    left_ = 0;
  }

 private:
  static constexpr std::size_t kChunkSize = std::size_t{64} << 10;

  std::vector<std::unique_ptr<char[]>> chunks_;
  char* next_ = nullptr;
  std::size_t left_ = 0;
};

}  // namespace exectrail::trace
