// Reads a small file whole, with memory for what is in it and not for what could be.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <istream>
#include <string>

namespace exectrail::trace {

// All of `in`; of more than `most` bytes the first `most` + 1, by which the caller can tell.
inline std::string readAtMost(std::istream& in, std::size_t most) {
  std::string text;
  std::array<char, std::size_t{16} << 10> piece;
  while (in && text.size() <= most) {
    const std::size_t wanted = std::min(piece.size(), most + 1 - text.size());
    in.read(piece.data(), static_cast<std::streamsize>(wanted));
    text.append(piece.data(), static_cast<std::size_t>(in.gcount()));
  }
  return text;
}

}  // namespace exectrail::trace
