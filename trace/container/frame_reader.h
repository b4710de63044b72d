// Frames one after the other, decompressed and unpacked: what was recorded, in order, however it is
// stored. Checks marks, digests, order and, when asked to, the hash chain; knows nothing of what
// contents mean. Who reads cannot tell whether a second thread unpacks ahead.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "trace/container/byte_source.h"
#include "trace/container/chain.h"
#include "trace/container/frame.h"
#include "trace/container/unpacker.h"

namespace exectrail::trace {

class UnpackAhead;

// Batches of one run share their tables, so readers keep a whole run in memory.
inline constexpr std::size_t kMaxRunSize = 2 * kMaxContentSize;

// Whether a second thread unpacks what comes next while this one works on what is there. Never on
// a stream, whose next bytes may take their time.
enum class Ahead : std::uint8_t {
  kNever,
  kIfWorthIt,  // compressed, enough of it, and more than one processor
  kAlways,
};

struct Frame {
  FrameCore core;
  ByteSpan content;          // valid until the next fresh frame has been taken
  bool storedUnit = true;    // false: more frames of the same pack follow
  std::uint64_t offset = 0;  // of the stored frame that holds it
};

class FrameReader {
 public:
  enum class Checks { kDigests, kDigestsAndChain };

  // Reads the preamble. Throws EnvironmentError if `source` is not a trace, or one of a layout that
  // this version does not know; `name` is for messages.
  FrameReader(std::unique_ptr<ByteSource> source, const std::string& name, Checks checks,
              Ahead ahead = Ahead::kNever);
  ~FrameReader();

  FrameStatus next(Frame& frame);

  // After kTruncated and kDamaged, one sentence.
  const std::string& problem() const { return problem_; }

  // Of the chain, after the frame that was taken last. Only if the chain is checked: what the
  // frames of a pack hold is known to be right once the last of them, a storedUnit, has been taken.
  const Digest256& head() const { return chain_.head(); }

  // Kind of the stored frame that was looked at last, 0 if its head was not intact.
  std::uint8_t lastKind() const { return unit_.kind; }

  std::uint64_t offset() const { return offset_; }  // end of the last stored frame that was taken
  std::uint64_t sequence() const { return sequence_; }  // of the next frame

  bool ended() const { return ended_; }  // an end frame has been taken

  // The content of the first frame of this kind from here on that is stored by itself, looking at
  // nothing but heads on the way; reading goes on where it was, in one thread. Nothing on a stream.
  std::optional<std::vector<std::byte>> find(FrameKind kind);

  // Leaves out batches, seals and packs of them as long as all their frames come before this one;
  // what is in them is not looked at, and the chain cannot be checked from there on. Returns how
  // many frames were left out. A fresh batch has to follow, as what batches share is gone.
  std::uint64_t skipTo(std::uint64_t sequence);

 private:
  void nextUnit();
  bool worthAhead() const;
  void goAhead();
  void stayHere();
  bool inPack() const { return packAt_ < pack_.size(); }
  FrameStatus nextOfPack(Frame& frame);
  FrameStatus accept(const Frame& frame);
  FrameStatus damaged(const std::string& problem);

  Unpacker unpacker_;
  Checks checks_;
  Ahead mayGoAhead_;
  Chain chain_;
  std::uint64_t offset_ = kPreambleSize;
  Unpacked unit_;  // that is being handed out
  std::uint64_t sequence_ = 0;
  std::size_t runSize_ = 0;
  ByteSpan pack_;  // its content, if it is a pack
  std::size_t packAt_ = 0;
  bool ended_ = false;
  std::string problem_;
  std::unique_ptr<UnpackAhead> ahead_;  // null: this thread unpacks
};

}  // namespace exectrail::trace
