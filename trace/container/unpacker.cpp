#include "trace/container/unpacker.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "trace/container/chain.h"
#include "trace/errors.h"

namespace exectrail::trace {
namespace {

std::string describeForeign(ByteSpan bytes) {
  if (bytes.empty()) return "it is empty";
  std::string shown = "it begins with";
  for (const std::byte byte : bytes.first(std::min<std::size_t>(bytes.size(), 8))) {
    const auto value = std::to_integer<std::uint8_t>(byte);
    shown += " " + toHex({&value, 1});
  }
  if (bytes.size() >= 4 && std::memcmp(bytes.data(), "\177ELF", 4) == 0) shown += " (an ELF file)";
  return shown;
}

bool allZero(ByteSpan bytes) {
  return std::all_of(bytes.begin(), bytes.end(),
                     [](std::byte byte) { return byte == std::byte{}; });
}

// A pack holds cores with their contents, each padded. Empty if it does, otherwise what is wrong.
// `sequence` becomes the number behind the last of them.
std::string checkPack(ByteSpan pack, std::uint64_t& sequence) {
  if (pack.empty()) return "is a pack of nothing";
  while (!pack.empty()) {
    if (pack.size() < kCoreSize) return "is a pack that stops inside a frame's core";
    const auto core = decodeCore(pack.first<kCoreSize>());
    if (!core || core->is(FrameKind::kPack) || core->sequence != sequence++) {
      return "is a pack whose frames are out of order";
    }
    pack = pack.subspan(kCoreSize);
    const std::size_t padded = paddedSize(core->contentSize);
    if (padded > pack.size() ||
        !allZero(pack.subspan(core->contentSize, padded - core->contentSize))) {
      return "is a pack that stops inside a frame";
    }
    pack = pack.subspan(padded);
  }
  return {};
}

bool fail(Unpacked& unit, FrameStatus status, std::string problem) {
  unit.status = status;
  unit.problem = std::move(problem);
  return false;
}

bool damaged(Unpacked& unit, std::string problem) {
  return fail(unit, FrameStatus::kDamaged, std::move(problem));
}

}  // namespace

std::string frameName(std::uint64_t sequence) { return "frame " + std::to_string(sequence); }

Unpacker::Unpacker(std::unique_ptr<ByteSource> source, const std::string& name)
    : source_(std::move(source)) {
  const ByteSpan bytes = source_->take(kPreambleSize);
  std::uint16_t major = 0;
  const PreambleCheck check = bytes.size() < kPreambleSize
                                  ? PreambleCheck::kForeign
                                  : checkPreamble(bytes.first<kPreambleSize>(), major);
  if (check == PreambleCheck::kForeign) {
    throw EnvironmentError(name + " is not an Exectrail trace: " + describeForeign(bytes) +
                           "; record one with: exectrail record -o FILE.trail");
  }
  if (check == PreambleCheck::kOtherLayout) {
    throw EnvironmentError(name + " has trace layout " + std::to_string(major) +
                           ", this program reads layout " + std::to_string(kLayoutMajor) +
                           "; read it with the version that wrote it");
  }
  std::copy(bytes.begin(), bytes.end(), preamble_.begin());
  offset_ = kPreambleSize;
}

void Unpacker::next(Unpacked& unit) {
  unit.status = FrameStatus::kEnd;
  unit.kind = 0;
  unit.begin = unit.end = offset_;
  ByteSpan stored;
  if (!take(unit, stored) || !decompress(unit, stored)) return;
  std::uint64_t behind = sequence_ + 1;
  if (unit.head.core.is(FrameKind::kPack)) {
    behind = sequence_;
    const std::string wrong = checkPack(unit.content, behind);
    if (!wrong.empty()) {
      damaged(unit, frameName(sequence_) + " " + wrong);
      return;
    }
  }
  unit.status = FrameStatus::kFrame;
  unit.end = offset_ = unit.begin + kHeadSize + paddedSize(unit.head.storedSize);
  sequence_ = behind;
}

void Unpacker::release(std::uint64_t offset) {
  source_->release(offset);
  decompressed_.release(offset);
}

bool Unpacker::take(Unpacked& unit, ByteSpan& stored) {
  if (source_->atEnd()) return false;
  const ByteSpan bytes = source_->take(kHeadSize);
  if (bytes.size() < kHeadSize) {
    return fail(unit, FrameStatus::kTruncated,
                "it stops inside the head of " + frameName(sequence_));
  }
  const auto decoded = decodeHead(bytes.first<kHeadSize>());
  if (!decoded && allZero(bytes)) {
    return fail(unit, FrameStatus::kTruncated,
                "it goes on with zeros where " + frameName(sequence_) +
                    " belongs, as files do after a power cut");
  }
  if (!decoded) return damaged(unit, frameName(sequence_) + " has a head that is not intact");
  const FrameHead& head = unit.head = *decoded;
  unit.kind = head.core.kind;
  const auto frame = [&] { return frameName(head.core.sequence); };
  if (head.core.sequence != sequence_) {
    return damaged(unit, frame() + " stands where " + frameName(sequence_) + " belongs");
  }
  const std::size_t claimed = std::max(head.storedSize, head.core.contentSize);
  if (claimed > kMaxContentSize) {
    return damaged(unit, frame() + " claims " + std::to_string(claimed) + " bytes, the limit is " +
                             std::to_string(kMaxContentSize));
  }
  const std::size_t padded = paddedSize(head.storedSize);
  const ByteSpan taken = source_->take(padded);
  if (taken.size() < padded) {
    return fail(unit, FrameStatus::kTruncated,
                "it stops inside " + frame() + ", after " + std::to_string(taken.size()) + " of " +
                    std::to_string(head.storedSize) + " bytes");
  }
  stored = taken.first(head.storedSize);
  if (digest(stored) != head.storedDigest) {
    return damaged(unit, frame() + " does not match its checksum");
  }
  if (!allZero(taken.subspan(head.storedSize))) {
    return damaged(unit, frame() + " is followed by bytes that should be zero");
  }
  return true;
}

bool Unpacker::decompress(Unpacked& unit, ByteSpan stored) {
  const FrameHead& head = unit.head;
  const auto frame = [&] { return frameName(head.core.sequence); };
  if (head.codec == static_cast<std::uint8_t>(Codec::kNone)) {
    unit.content = stored;
    if (stored.size() == head.core.contentSize) return true;
    return damaged(unit, frame() + " holds " + std::to_string(stored.size()) +
                             " bytes and claims " + std::to_string(head.core.contentSize));
  }
  if (head.codec != static_cast<std::uint8_t>(Codec::kZstd)) {
    return damaged(unit, frame() + " uses codec " + std::to_string(head.codec) +
                             ", which this version does not know");
  }
  Buffer buffer = decompressed_.spare();
  buffer.grow(head.core.contentSize, 0);
  const std::span<std::byte> out(buffer.data(), head.core.contentSize);
  const std::string wrong = decompressor_.decompress(stored, out);
  if (!wrong.empty()) return damaged(unit, frame() + " cannot be decompressed: " + wrong);
  const std::uint64_t end = unit.begin + kHeadSize + paddedSize(head.storedSize);
  unit.content = {decompressed_.keep(end, std::move(buffer)), head.core.contentSize};
  return true;
}

void Unpacker::goBack(std::uint64_t offset, std::uint64_t sequence) {
  source_->seek(offset);
  decompressed_.forget(offset);
  offset_ = offset;
  sequence_ = sequence;
}

std::optional<FrameHead> Unpacker::headAt(std::uint64_t offset) {
  if (!source_->seek(offset)) return std::nullopt;
  const ByteSpan bytes = source_->take(kHeadSize);
  if (bytes.size() < kHeadSize) return std::nullopt;
  const auto head = decodeHead(bytes.first<kHeadSize>());
  if (!head || head->storedSize > kMaxContentSize) return std::nullopt;
  return head;
}

std::optional<std::vector<std::byte>> Unpacker::find(FrameKind kind) {
  if (!source_->seek(offset_)) return std::nullopt;
  std::optional<std::vector<std::byte>> found;
  Unpacked unit;
  unit.begin = offset_;
  auto head = headAt(unit.begin);
  for (; head && !head->core.is(kind); head = headAt(unit.begin)) {
    unit.begin += kHeadSize + paddedSize(head->storedSize);
  }
  if (head) {
    unit.head = *head;
    source_->seek(unit.begin + kHeadSize);
    const ByteSpan stored = source_->take(paddedSize(head->storedSize));
    if (stored.size() >= head->storedSize &&
        digest(stored.first(head->storedSize)) == head->storedDigest &&
        std::max(head->core.contentSize, head->storedSize) <= kMaxContentSize &&
        decompress(unit, stored.first(head->storedSize))) {
      found.emplace(unit.content.begin(), unit.content.end());
    }
  }
  source_->seek(offset_);
  decompressed_.forget(offset_);
  return found;
}

bool Unpacker::skipTo(std::uint64_t sequence) {
  if (!source_->seek(offset_)) return false;
  const std::uint64_t before = sequence_;
  while (sequence_ < sequence) {
    const auto head = headAt(offset_);
    if (!head || head->core.sequence != sequence_) break;
    const bool pack = head->core.is(FrameKind::kPack);
    if (!pack && !head->core.is(FrameKind::kBatch) && !head->core.is(FrameKind::kSeal)) break;
    const std::uint64_t behind = offset_ + kHeadSize + paddedSize(head->storedSize);
    // How many frames a pack holds is told by the number of the one behind it.
    const auto following = headAt(behind);
    if (!following) break;
    const std::uint64_t next = following->core.sequence;
    if (next <= sequence_ || next > sequence || (!pack && next != sequence_ + 1)) break;
    offset_ = behind;
    sequence_ = next;
  }
  source_->seek(offset_);
  if (sequence_ == before) return false;
  decompressed_.release(offset_);
  return true;
}

}  // namespace exectrail::trace
