#include "trace/container/frame_reader.h"

#include <sched.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "trace/container/unpack_ahead.h"

namespace exectrail::trace {
namespace {

// Below these, a thread costs as much as it saves: it takes some 50 microseconds to begin, and one
// to be waited for.
constexpr std::uint64_t kWorthBytes = std::uint64_t{256} << 10;  // stored, that are still to come
constexpr std::size_t kWorthContent = std::size_t{4} << 10;      // of a frame

bool hasProcessors() {
  cpu_set_t allowed;
  if (::sched_getaffinity(0, sizeof allowed, &allowed) == 0) return CPU_COUNT(&allowed) > 1;
  return errno == EINVAL;  // more than fit
}

}  // namespace

FrameReader::FrameReader(std::unique_ptr<ByteSource> source, const std::string& name, Checks checks,
                         Ahead ahead)
    : unpacker_(std::move(source), name),
      checks_(checks),
      mayGoAhead_(ahead),
      chain_(unpacker_.preamble()) {}

FrameReader::~FrameReader() = default;

FrameStatus FrameReader::next(Frame& frame) {
  if (inPack()) return nextOfPack(frame);
  nextUnit();
  if (unit_.status != FrameStatus::kFrame) {
    if (unit_.status != FrameStatus::kEnd) problem_ = unit_.problem;
    return unit_.status;
  }
  offset_ = unit_.end;
  if (!unit_.head.core.is(FrameKind::kPack)) {
    frame = {unit_.head.core, unit_.content, true, unit_.begin};
    return accept(frame);
  }
  pack_ = unit_.content;
  packAt_ = 0;
  return nextOfPack(frame);
}

void FrameReader::nextUnit() {
  if (!ahead_) {
    unpacker_.next(unit_);
    if (mayGoAhead_ != Ahead::kNever && worthAhead()) goAhead();
    return;
  }
  try {
    ahead_->next(unit_);
  } catch (...) {
    ahead_.reset();
    throw;
  }
  if (unit_.status != FrameStatus::kFrame) ahead_.reset();
}

bool FrameReader::worthAhead() const {
  if (unit_.status != FrameStatus::kFrame) return false;
  if (mayGoAhead_ == Ahead::kAlways) return unpacker_.waiting() > 0;
  return unit_.head.codec == static_cast<std::uint8_t>(Codec::kZstd) &&
         unit_.content.size() >= kWorthContent && unpacker_.waiting() >= kWorthBytes;
}

// Once: whoever has stopped it, or cannot have it, does without.
void FrameReader::goAhead() {
  const bool always = std::exchange(mayGoAhead_, Ahead::kNever) == Ahead::kAlways;
  if (!always && !hasProcessors()) return;
  try {
    ahead_ = std::make_unique<UnpackAhead>(unpacker_);
  } catch (const std::system_error&) {  // as many threads as there may be
  }
}

// checkPack() has been here.
FrameStatus FrameReader::nextOfPack(Frame& frame) {
  const FrameCore core = *decodeCore(pack_.subspan(packAt_).first<kCoreSize>());
  frame = {core, pack_.subspan(packAt_ + kCoreSize, core.contentSize), true, unit_.begin};
  packAt_ += kCoreSize + paddedSize(core.contentSize);
  frame.storedUnit = !inPack();
  return accept(frame);
}

FrameStatus FrameReader::accept(const Frame& frame) {
  // Another kind that says so must not take from batches what they go on sharing.
  if (frame.core.fresh() && frame.core.is(FrameKind::kBatch)) {
    if (ahead_) {
      ahead_->release(unit_.begin);
    } else {
      unpacker_.release(unit_.begin);
    }
    runSize_ = 0;
  }
  runSize_ += frame.content.size();
  if (runSize_ > kMaxRunSize) {
    offset_ = unit_.begin;
    return damaged(frameName(sequence_) + " makes a run of batches larger than " +
                   std::to_string(kMaxRunSize) + " bytes");
  }
  if (checks_ == Checks::kDigestsAndChain) {
    chain_.add(frame.core, frame.content);
    if (frame.storedUnit && chain_.head() != unit_.head.chain) {
      offset_ = unit_.begin;
      return damaged(frameName(sequence_) + " is not what the hash chain says");
    }
  }
  ++sequence_;
  ended_ = ended_ || frame.core.is(FrameKind::kEnd);
  return FrameStatus::kFrame;
}

void FrameReader::stayHere() {
  mayGoAhead_ = Ahead::kNever;
  if (!ahead_) return;
  ahead_.reset();
  unpacker_.goBack(offset_, sequence_);
}

std::optional<std::vector<std::byte>> FrameReader::find(FrameKind kind) {
  if (inPack()) return std::nullopt;
  stayHere();
  problem_.clear();
  return unpacker_.find(kind);
}

std::uint64_t FrameReader::skipTo(std::uint64_t sequence) {
  if (inPack()) return 0;
  stayHere();
  if (!unpacker_.skipTo(sequence)) return 0;
  const std::uint64_t skipped = unpacker_.sequence() - sequence_;
  offset_ = unpacker_.offset();
  sequence_ = unpacker_.sequence();
  checks_ = Checks::kDigests;
  runSize_ = 0;
  return skipped;
}

FrameStatus FrameReader::damaged(const std::string& problem) {
  problem_ = problem;
  pack_ = {};
  return FrameStatus::kDamaged;
}

}  // namespace exectrail::trace
