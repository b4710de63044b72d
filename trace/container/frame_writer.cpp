#include "trace/container/frame_writer.h"

#include <algorithm>
#include <stdexcept>

namespace exectrail::trace {
namespace {

// Below this a frame is mostly head, and compressing it costs more than it saves.
constexpr std::size_t kWorthCompressing = 512;

}  // namespace

void encodeFrame(const FrameHead& head, ByteSpan stored, std::vector<std::byte>& out) {
  const HeadBytes bytes = encodeHead(head);
  out.clear();
  out.reserve(bytes.size() + paddedSize(stored.size()));
  out.insert(out.end(), bytes.begin(), bytes.end());
  out.insert(out.end(), stored.begin(), stored.end());
  out.resize(bytes.size() + paddedSize(stored.size()));
}

FrameWriter::FrameWriter(ByteSink& sink, int level, const SigningKey* key)
    : sink_(sink), key_(key), chain_(encodePreamble()) {
  if (level != 0) compressor_.emplace(level);
  const Preamble preamble = encodePreamble();
  sink_.write(preamble.data(), preamble.size());
  bytesWritten_ += preamble.size();
}

void FrameWriter::write(FrameKind kind, std::uint8_t flags, ByteSpan content) {
  if (content.size() > kMaxContentSize) {
    throw std::length_error("a frame of " + std::to_string(content.size()) + " bytes");
  }
  FrameHead head;
  head.core = {static_cast<std::uint8_t>(kind), flags, static_cast<std::uint32_t>(content.size()),
               sequence_};
  ByteSpan stored = content;
  const bool large = kind == FrameKind::kBatch || kind == FrameKind::kIndex;
  if (compressor_ && large && content.size() >= kWorthCompressing) {
    compressor_->compress(content, Effort::kSmall, compressed_);
    if (compressed_.size() < content.size()) {
      head.codec = static_cast<std::uint8_t>(Codec::kZstd);
      stored = compressed_;
    }
  }
  head.storedSize = static_cast<std::uint32_t>(stored.size());
  head.storedDigest = digest(stored);
  Chain next = chain_;
  next.add(head.core, content);
  head.chain = next.head();
  encodeFrame(head, stored, frame_);
  // One write per frame: after a crash, a torn frame is the exception. What could not be written is
  // not part of the chain, so that a later frame can still be added.
  sink_.write(frame_.data(), frame_.size());
  bytesWritten_ += frame_.size();
  chain_ = next;
  ++sequence_;
}

void FrameWriter::seal() {
  if (key_ == nullptr || sealedSequence_ == sequence_) return;
  const auto content = key_->seal(chain_.head(), sequence_);
  write(FrameKind::kSeal, 0, content);
  sealedSequence_ = sequence_;
}

}  // namespace exectrail::trace
