#include "trace/container/frame_reader.h"

#include <algorithm>
#include <cstring>
#include <utility>

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

std::string frameName(std::uint64_t sequence) { return "frame " + std::to_string(sequence); }

bool allZero(ByteSpan bytes) {
  return std::all_of(bytes.begin(), bytes.end(),
                     [](std::byte byte) { return byte == std::byte{}; });
}

// A pack holds cores with their contents, each padded. Empty if it does, otherwise what is wrong.
std::string checkPack(ByteSpan pack, std::uint64_t sequence) {
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

}  // namespace

FrameReader::FrameReader(std::unique_ptr<ByteSource> source, const std::string& name, Checks checks)
    : source_(std::move(source)), checks_(checks) {
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
  Preamble preamble;
  std::copy(bytes.begin(), bytes.end(), preamble.begin());
  chain_ = Chain(preamble);
  offset_ = kPreambleSize;
}

FrameStatus FrameReader::next(Frame& frame) {
  if (inPack()) return nextOfPack(frame);
  FrameHead head;
  ByteSpan stored;
  const std::uint64_t begin = offset_;
  if (const FrameStatus status = takeStored(head, stored); status != FrameStatus::kFrame) {
    return status;
  }
  unitOffset_ = begin;
  unitChain_ = head.chain;
  ByteSpan content;
  if (!decompress(head, stored, content)) {
    offset_ = begin;
    return FrameStatus::kDamaged;
  }
  if (!head.core.is(FrameKind::kPack)) {
    frame = {head.core, content, true, unitOffset_};
    return accept(frame);
  }
  if (const std::string wrong = checkPack(content, sequence_); !wrong.empty()) {
    offset_ = begin;
    return damaged(frameName(sequence_) + " " + wrong);
  }
  pack_ = content;
  packAt_ = 0;
  return nextOfPack(frame);
}

// checkPack() has been here.
FrameStatus FrameReader::nextOfPack(Frame& frame) {
  const FrameCore core = *decodeCore(pack_.subspan(packAt_).first<kCoreSize>());
  frame = {core, pack_.subspan(packAt_ + kCoreSize, core.contentSize), true, unitOffset_};
  packAt_ += kCoreSize + paddedSize(core.contentSize);
  frame.storedUnit = !inPack();
  return accept(frame);
}

FrameStatus FrameReader::accept(const Frame& frame) {
  if (frame.core.fresh()) {
    source_->release(unitOffset_);
    decompressed_.release(unitOffset_);
    runSize_ = 0;
  }
  runSize_ += frame.content.size();
  if (runSize_ > kMaxRunSize) {
    offset_ = unitOffset_;
    return damaged(frameName(sequence_) + " makes a run of batches larger than " +
                   std::to_string(kMaxRunSize) + " bytes");
  }
  if (checks_ == Checks::kDigestsAndChain) {
    chain_.add(frame.core, frame.content);
    if (frame.storedUnit && chain_.head() != unitChain_) {
      offset_ = unitOffset_;
      return damaged(frameName(sequence_) + " is not what the hash chain says");
    }
  }
  ++sequence_;
  ended_ = ended_ || frame.core.is(FrameKind::kEnd);
  return FrameStatus::kFrame;
}

FrameStatus FrameReader::takeStored(FrameHead& head, ByteSpan& stored) {
  lastKind_ = 0;
  if (source_->atEnd()) return FrameStatus::kEnd;
  const ByteSpan bytes = source_->take(kHeadSize);
  if (bytes.size() < kHeadSize) {
    problem_ = "it stops inside the head of " + frameName(sequence_);
    return FrameStatus::kTruncated;
  }
  const auto decoded = decodeHead(bytes.first<kHeadSize>());
  if (!decoded && allZero(bytes)) {
    problem_ = "it goes on with zeros where " + frameName(sequence_) +
               " belongs, as files do after a power cut";
    return FrameStatus::kTruncated;
  }
  if (!decoded) return damaged(frameName(sequence_) + " has a head that is not intact");
  head = *decoded;
  lastKind_ = head.core.kind;
  const auto frame = [&] { return frameName(head.core.sequence); };
  if (head.core.sequence != sequence_) {
    return damaged(frame() + " stands where " + frameName(sequence_) + " belongs");
  }
  const std::size_t claimed = std::max(head.storedSize, head.core.contentSize);
  if (claimed > kMaxContentSize) {
    return damaged(frame() + " claims " + std::to_string(claimed) + " bytes, the limit is " +
                   std::to_string(kMaxContentSize));
  }
  const std::size_t padded = paddedSize(head.storedSize);
  const ByteSpan taken = source_->take(padded);
  if (taken.size() < padded) {
    problem_ = "it stops inside " + frame() + ", after " + std::to_string(taken.size()) + " of " +
               std::to_string(head.storedSize) + " bytes";
    return FrameStatus::kTruncated;
  }
  stored = taken.first(head.storedSize);
  if (digest(stored) != head.storedDigest) return damaged(frame() + " does not match its checksum");
  if (!allZero(taken.subspan(head.storedSize))) {
    return damaged(frame() + " is followed by bytes that should be zero");
  }
  offset_ += kHeadSize + padded;
  return FrameStatus::kFrame;
}

bool FrameReader::decompress(const FrameHead& head, ByteSpan stored, ByteSpan& content) {
  const auto frame = [&] { return frameName(head.core.sequence); };
  if (head.codec == static_cast<std::uint8_t>(Codec::kNone)) {
    content = stored;
    if (stored.size() == head.core.contentSize) return true;
    damaged(frame() + " holds " + std::to_string(stored.size()) + " bytes and claims " +
            std::to_string(head.core.contentSize));
    return false;
  }
  if (head.codec != static_cast<std::uint8_t>(Codec::kZstd)) {
    damaged(frame() + " uses codec " + std::to_string(head.codec) +
            ", which this version does not know");
    return false;
  }
  Buffer buffer = decompressed_.spare();
  buffer.grow(head.core.contentSize, 0);
  const std::span<std::byte> out(buffer.data(), head.core.contentSize);
  const std::string wrong = decompressor_.decompress(stored, out);
  if (!wrong.empty()) {
    damaged(frame() + " cannot be decompressed: " + wrong);
    return false;
  }
  content = {decompressed_.keep(offset_, std::move(buffer)), head.core.contentSize};
  return true;
}

bool FrameReader::seek(std::uint64_t offset, std::uint64_t sequence) {
  if (!source_->seek(offset)) return false;
  decompressed_.release(offset_);
  checks_ = Checks::kDigests;
  offset_ = offset;
  sequence_ = sequence;
  runSize_ = 0;
  pack_ = {};
  packAt_ = 0;
  return true;
}

std::optional<FrameHead> FrameReader::headAt(std::uint64_t offset) {
  if (!source_->seek(offset)) return std::nullopt;
  const ByteSpan bytes = source_->take(kHeadSize);
  if (bytes.size() < kHeadSize) return std::nullopt;
  const auto head = decodeHead(bytes.first<kHeadSize>());
  if (!head || head->storedSize > kMaxContentSize) return std::nullopt;
  return head;
}

std::optional<std::vector<std::byte>> FrameReader::find(FrameKind kind) {
  if (inPack() || !source_->seek(offset_)) return std::nullopt;
  std::optional<std::vector<std::byte>> found;
  std::uint64_t at = offset_;
  auto head = headAt(at);
  for (; head && !head->core.is(kind); head = headAt(at)) {
    at += kHeadSize + paddedSize(head->storedSize);
  }
  if (head) {
    source_->seek(at + kHeadSize);
    const ByteSpan stored = source_->take(paddedSize(head->storedSize));
    ByteSpan content;
    if (stored.size() >= head->storedSize &&
        digest(stored.first(head->storedSize)) == head->storedDigest &&
        std::max(head->core.contentSize, head->storedSize) <= kMaxContentSize &&
        decompress(*head, stored.first(head->storedSize), content)) {
      found.emplace(content.begin(), content.end());
    }
  }
  source_->seek(offset_);
  problem_.clear();
  return found;
}

std::uint64_t FrameReader::skipTo(std::uint64_t sequence) {
  if (inPack() || !source_->seek(offset_)) return 0;
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
  if (sequence_ == before) return 0;
  decompressed_.release(offset_);
  checks_ = Checks::kDigests;
  runSize_ = 0;
  return sequence_ - before;
}

FrameStatus FrameReader::damaged(const std::string& problem) {
  problem_ = problem;
  pack_ = {};
  return FrameStatus::kDamaged;
}

}  // namespace exectrail::trace
