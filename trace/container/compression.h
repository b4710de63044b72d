// zstd, one frame at a time: the compressed form of a trace's frames. Decompression believes no
// size that it has not checked against a limit.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "trace/container/frame.h"

namespace exectrail::trace {

enum class Effort {
  kSmall,
  kQuickToRead,  // an eighth less time for a twentieth more bytes
};

class Compressor {
 public:
  explicit Compressor(int level);
  ~Compressor();
  Compressor(const Compressor&) = delete;
  Compressor& operator=(const Compressor&) = delete;

  // One zstd frame that states the size of its content. Replaces what is in `out`.
  void compress(ByteSpan content, Effort effort, std::vector<std::byte>& out);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

class Decompressor {
 public:
  Decompressor();
  ~Decompressor();
  Decompressor(Decompressor&&) noexcept;
  Decompressor& operator=(Decompressor&&) noexcept;

  // Decompresses one zstd frame whose content must have exactly `out.size()` bytes. Empty on
  // success, otherwise what is wrong.
  std::string decompress(ByteSpan stored, std::span<std::byte> out);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace exectrail::trace
