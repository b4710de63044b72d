// Stored frames one after the other, checked and decompressed: marks, digests, order, sizes. A pack
// is one stored frame; who hands out what is in it, and checks the chain, is FrameReader.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "trace/container/buffer.h"
#include "trace/container/byte_source.h"
#include "trace/container/compression.h"
#include "trace/container/frame.h"

namespace exectrail::trace {

enum class FrameStatus {
  kFrame,      // a frame is there and intact
  kEnd,        // no byte left
  kTruncated,  // the bytes stop inside a frame
  kDamaged,    // what is there is not an intact frame
};

// For messages.
std::string frameName(std::uint64_t sequence);

struct Unpacked {
  FrameStatus status = FrameStatus::kEnd;
  std::uint8_t kind = 0;  // 0 if the head was not intact
  FrameHead head;         // if the status is kFrame, as all that follows
  ByteSpan content;       // of a pack, cores and contents, which have been checked; until released
  std::uint64_t begin = 0;  // where the stored frame begins
  std::uint64_t end = 0;    // and the next one; if the status is another one, as `begin`
  std::string problem;      // if the status is kTruncated or kDamaged, one sentence
};

class Unpacker {
 public:
  // Reads the preamble. Throws EnvironmentError if `source` is not a trace, or one of a layout that
  // this version does not know; `name` is for messages.
  Unpacker(std::unique_ptr<ByteSource> source, const std::string& name);

  const Preamble& preamble() const { return preamble_; }

  // Fills `unit`, whose content stays until it is released.
  void next(Unpacked& unit);

  // Contents of stored frames that end at `offset` or before it are not needed any more.
  void release(std::uint64_t offset);

  // Bytes behind the last stored frame that are there without waiting; 0 on a stream.
  std::uint64_t waiting() const { return source_->waiting(); }

  // Goes back to the stored frame at `offset`, whose first frame has this number, and forgets what
  // was taken from there on. Not on a stream.
  void goBack(std::uint64_t offset, std::uint64_t sequence);

  // See FrameReader. skipTo() is false if nothing was left out.
  std::optional<std::vector<std::byte>> find(FrameKind kind);
  bool skipTo(std::uint64_t sequence);

  std::uint64_t offset() const { return offset_; }      // of the next stored frame
  std::uint64_t sequence() const { return sequence_; }  // of the first frame in it

 private:
  std::optional<FrameHead> headAt(std::uint64_t offset);
  bool take(Unpacked& unit, ByteSpan& stored);
  bool decompress(Unpacked& unit, ByteSpan stored);

  std::unique_ptr<ByteSource> source_;
  Preamble preamble_{};
  Decompressor decompressor_;
  HeldBuffers decompressed_;
  std::uint64_t offset_ = 0;
  std::uint64_t sequence_ = 0;
};

}  // namespace exectrail::trace
