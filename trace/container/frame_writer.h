// Writes the preamble and frames one after the other: numbers them, compresses what pays, continues
// the hash chain, and seals it with a signature. Knows nothing of what contents mean.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "trace/container/byte_sink.h"
#include "trace/container/chain.h"
#include "trace/container/compression.h"
#include "trace/container/frame.h"
#include "trace/container/keys.h"

namespace exectrail::trace {

class FrameWriter {
 public:
  // Writes the preamble. `level` 0: frames are stored as they are; otherwise zstd's. `key` may be
  // null; `sink` and `key` must outlive the writer.
  FrameWriter(ByteSink& sink, int level, const SigningKey* key);

  // `content` has at most kMaxContentSize bytes.
  void write(FrameKind kind, std::uint8_t flags, ByteSpan content);

  // Signs what has been written since the last seal. Nothing if there is nothing, or no key.
  void seal();

  const Digest256& head() const { return chain_.head(); }
  std::uint64_t sequence() const { return sequence_; }  // of the next frame
  std::uint64_t bytesWritten() const { return bytesWritten_; }

 private:
  ByteSink& sink_;
  std::optional<Compressor> compressor_;
  const SigningKey* key_;
  Chain chain_;
  std::uint64_t sequence_ = 0;
  std::uint64_t sealedSequence_ = 0;
  std::uint64_t bytesWritten_ = 0;
  std::vector<std::byte> compressed_;
  std::vector<std::byte> frame_;
};

// One frame as it is stored: head, `stored`, padding. `content` is what it is decompressed.
void encodeFrame(const FrameHead& head, ByteSpan stored, std::vector<std::byte>& out);

}  // namespace exectrail::trace
