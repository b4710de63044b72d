#include "trace/container/verify.h"

#include <utility>

#include "trace/container/frame_reader.h"

namespace exectrail::trace {
namespace {

class Verifier {
 public:
  Verifier(std::unique_ptr<ByteSource> source, const std::string& name, const Expected& expected,
           const HeaderKey& headerKey)
      : frames_(std::move(source), name, FrameReader::Checks::kDigestsAndChain),
        expected_(expected),
        headerKey_(headerKey) {}

  Verification run() {
    confirmed_.head = now_.head = frames_.head();
    confirmed_.offset = frames_.offset();
    note();
    Frame frame;
    FrameStatus status = FrameStatus::kFrame;
    Digest256 before = frames_.head();
    while ((status = frames_.next(frame)) == FrameStatus::kFrame) {
      take(frame, before);
      before = frames_.head();
      if (!frame.storedUnit) continue;
      now_.offset = frames_.offset();
      confirmed_ = now_;
      confirmedSealed_ = frame.core.is(FrameKind::kSeal);
    }
    finish(status);
    return confirmed_;
  }

 private:
  void take(const Frame& frame, const Digest256& before) {
    if (end_) ++afterEnd_;
    end_ = end_ || frame.core.is(FrameKind::kEnd);
    now_.head = frames_.head();
    if (frame.core.sequence == 0 && frame.core.is(FrameKind::kHeader)) {
      now_.key = headerKey_(frame.content);
      header_ = true;
    } else if (frame.core.is(FrameKind::kBatch)) {
      ++now_.batches;
    } else if (frame.core.is(FrameKind::kSeal)) {
      seal(frame, before);
    }
    note();
  }

  void seal(const Frame& frame, const Digest256& before) {
    if (failed()) return;  // the first one that is wrong says where
    const auto found = checkSeal(frame.content, before, frame.core.sequence);
    if (!found || !found->valid) {
      now_.signing = Signing::kBroken;
      return;
    }
    const auto wanted = expected_.key ? expected_.key : now_.key;
    now_.key = found->publicKey;
    if (wanted && *wanted != found->publicKey) {
      now_.signing = Signing::kWrongKey;
      return;
    }
    now_.signing = Signing::kSigned;
    now_.sealedBatches = now_.batches;
    ++now_.seals;
  }

  bool failed() const {
    return now_.signing == Signing::kBroken || now_.signing == Signing::kWrongKey;
  }

  // Is the head that was noted elsewhere the one just reached?
  void note() {
    if (!expected_.head || frames_.head() != *expected_.head) return;
    now_.noted = NotedHead::kEarlier;
    now_.notedBatches = now_.batches;
  }

  void finish(FrameStatus status) {
    Verification& out = confirmed_;
    if (status == FrameStatus::kDamaged) {
      out.wholeness = Wholeness::kAltered;
      out.problem = frames_.problem();
      // Batches of the pack that was being taken may have been counted already.
      const bool batch = frames_.lastKind() == static_cast<std::uint8_t>(FrameKind::kBatch);
      if (batch || now_.batches > out.batches) {
        out.damagedFrom = out.batches + 1;
        out.damagedTo = now_.batches + (batch ? 1 : 0);
      }
    } else if (status == FrameStatus::kTruncated) {
      out.wholeness = Wholeness::kTruncated;
      out.problem = frames_.problem();
    } else if (!header_) {
      out.wholeness = frames_.sequence() == 0 ? Wholeness::kTruncated : Wholeness::kAltered;
      out.problem = "its header is missing";
    } else if (!end_) {
      out.wholeness = Wholeness::kUnfinished;
      out.problem = "it has no end: the recorder was killed or is still writing, or it was cut off";
    } else if (afterEnd_ > 1 || (afterEnd_ == 1 && !confirmedSealed_)) {
      out.wholeness = Wholeness::kAltered;
      out.problem = "frames follow its end";
    }
    if (out.signing == Signing::kUnsigned && out.key) out.signing = Signing::kMissing;
    if (out.signing == Signing::kSigned && !confirmedSealed_) out.signing = Signing::kPartly;
    if (!expected_.head) {
      out.noted = NotedHead::kNone;
    } else if (out.noted == NotedHead::kNone) {
      out.noted = NotedHead::kAbsent;
    } else if (out.head == *expected_.head) {
      out.noted = NotedHead::kLast;
    }
  }

  FrameReader frames_;
  const Expected& expected_;
  const HeaderKey& headerKey_;
  Verification now_;        // up to the frame that was taken last
  Verification confirmed_;  // up to the last stored frame whose chain head was right
  bool header_ = false;
  bool end_ = false;
  bool confirmedSealed_ = false;  // the last of these frames is a seal
  std::uint64_t afterEnd_ = 0;
};

}  // namespace

bool Verification::good(bool keyWasGiven) const {
  const bool signedWell =
      signing == Signing::kSigned || (signing == Signing::kUnsigned && !keyWasGiven);
  return wholeness == Wholeness::kWhole && signedWell && noted != NotedHead::kAbsent;
}

Verification verify(std::unique_ptr<ByteSource> source, const std::string& name,
                    const Expected& expected, const HeaderKey& headerKey) {
  return Verifier(std::move(source), name, expected, headerKey).run();
}

}  // namespace exectrail::trace
