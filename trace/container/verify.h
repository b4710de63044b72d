// Says what can be proved about a trace from its bytes: whole, cut off or altered, and where;
// signed by whom and up to where; and whether it is the one whose chain head was noted elsewhere.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "trace/container/byte_source.h"
#include "trace/container/chain.h"
#include "trace/container/keys.h"

namespace exectrail::trace {

enum class Wholeness {
  kWhole,       // every frame is what the chain says, and the end is there
  kUnfinished,  // ends between two frames, without an end: killed, cut, or still being written
  kTruncated,   // stops inside a frame
  kAltered,     // a frame is not what its checksum or the chain says
};

enum class Signing {
  kUnsigned,  // and its header does not claim otherwise
  kMissing,   // the header names a key, and no seal is there
  kSigned,    // by one key, up to the last frame
  kPartly,    // the frames after `sealedBatches` are not signed
  kWrongKey,  // signed by another key than the one that was asked for, or than the header names
  kBroken,    // a seal is not the signature of what stands before it
};

enum class NotedHead {
  kNone,     // none was given
  kLast,     // it stands for the whole trace
  kEarlier,  // it stands for the trace up to `notedBatches`
  kAbsent,   // this trace never had it
};

struct Verification {
  Wholeness wholeness = Wholeness::kWhole;
  std::string problem;            // unless whole, one sentence
  std::uint64_t batches = 0;      // intact ones, counted from the start
  std::uint64_t offset = 0;       // bytes from the start that are intact
  std::uint64_t damagedFrom = 0;  // altered: the first and the last batch it can be, counted from 1
  std::uint64_t damagedTo = 0;    // 0: not in a batch
  Digest256 head{};               // of the chain, after the last intact frame

  Signing signing = Signing::kUnsigned;
  std::optional<PublicKey> key;     // that signed it, or that its header names
  std::uint64_t sealedBatches = 0;  // how many are signed by a good seal
  std::uint64_t seals = 0;          // good ones

  NotedHead noted = NotedHead::kNone;
  std::uint64_t notedBatches = 0;

  // Nothing speaks against it: whole, not wrongly signed (signed, if a key was given), and the head
  // that was given is its own.
  bool good(bool keyWasGiven) const;
};

struct Expected {
  std::optional<PublicKey> key;
  std::optional<Digest256> head;
};

// `headerKey` finds the signing key that a header names in the header frame's content; the
// container does not know what is in it. Throws EnvironmentError if `source` is not a trace or
// cannot be read.
using HeaderKey = std::function<std::optional<PublicKey>(ByteSpan header)>;
Verification verify(std::unique_ptr<ByteSource> source, const std::string& name,
                    const Expected& expected, const HeaderKey& headerKey);

}  // namespace exectrail::trace
