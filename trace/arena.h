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
  Bytes copy(Bytes bytes) {
    if (bytes.empty()) return {};
    if (bytes.size() > left_) {
      const std::size_t size = std::max(bytes.size(), kChunkSize);
      chunks_.push_back(std::make_unique<char[]>(size));
      next_ = chunks_.back().get();
      left_ = size;
    }
    std::memcpy(next_, bytes.data(), bytes.size());
    const Bytes copied(next_, bytes.size());
    next_ += bytes.size();
    left_ -= bytes.size();
    return copied;
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
