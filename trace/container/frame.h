// The container: a preamble of 16 bytes, then frames. Pure functions over bytes; FORMAT.md has the
// layout with a worked example.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace exectrail::trace {

using ByteSpan = std::span<const std::byte>;

// A byte above 0x7f, a carriage return, a line feed: whatever mangles text on the way is noticed at
// once, as in PNG.
inline constexpr std::array<std::uint8_t, 8> kMagic = {0x8b, 'T', 'R', 'A', 'I', 'L', '\r', '\n'};
inline constexpr std::uint16_t kLayoutMajor = 2;  // readers refuse another one
inline constexpr std::uint16_t kLayoutMinor = 0;  // readers take any
inline constexpr std::size_t kPreambleSize = 16;
inline constexpr std::size_t kCoreSize = 16;
inline constexpr std::size_t kHeadSize = 80;

// Of one frame, stored and decompressed. Bounds the memory of every reader.
inline constexpr std::size_t kMaxContentSize = std::size_t{16} << 20;

enum class FrameKind : std::uint8_t {
  kHeader = 1,
  kBatch = 2,
  kEnd = 3,
  kSeal = 4,
  kPack = 5,
  kIndex = 6
};
enum class Codec : std::uint8_t { kNone = 0, kZstd = 1 };

// The tables that batches refer to (strings) begin anew with this frame.
inline constexpr std::uint8_t kFresh = 1;

// What a frame is, apart from how it is stored: the part of its head that the chain covers.
struct FrameCore {
  std::uint8_t kind = 0;
  std::uint8_t flags = 0;
  std::uint32_t contentSize = 0;  // bytes when decompressed
  std::uint64_t sequence = 0;     // 0 for the header frame, then counting by one

  bool is(FrameKind other) const { return kind == static_cast<std::uint8_t>(other); }
  bool fresh() const { return (flags & kFresh) != 0; }
};

using Digest256 = std::array<std::uint8_t, 32>;

struct FrameHead {
  FrameCore core;
  std::uint8_t codec = 0;
  std::uint32_t storedSize = 0;    // bytes that follow, without padding to a multiple of 8
  std::uint64_t storedDigest = 0;  // xxh3-64 of them
  Digest256 chain{};               // head of the hash chain after this frame
};

using Preamble = std::array<std::byte, kPreambleSize>;
using CoreBytes = std::array<std::byte, kCoreSize>;
using HeadBytes = std::array<std::byte, kHeadSize>;

Preamble encodePreamble();

enum class PreambleCheck { kOk, kForeign, kOtherLayout };
PreambleCheck checkPreamble(std::span<const std::byte, kPreambleSize> bytes, std::uint16_t& major);

CoreBytes encodeCore(const FrameCore& core);
std::optional<FrameCore> decodeCore(std::span<const std::byte, kCoreSize> bytes);

HeadBytes encodeHead(const FrameHead& head);

// Nothing if the bytes are not a frame's head (mark, own digest or a byte that must be zero is
// wrong).
std::optional<FrameHead> decodeHead(std::span<const std::byte, kHeadSize> bytes);

std::uint64_t digest(ByteSpan bytes);

inline constexpr std::size_t paddedSize(std::size_t size) { return (size + 7) & ~std::size_t{7}; }

}  // namespace exectrail::trace
