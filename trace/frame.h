// The container: a preamble of 16 bytes, then frames. Pure functions over bytes; FORMAT.md has the
// layout with a worked example.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace exectrail::trace {

// A byte above 0x7f, a carriage return, a line feed and a control-Z, as in PNG: whatever mangles
// text on the way is noticed at once.
inline constexpr std::array<std::uint8_t, 8> kMagic = {0x8b, 'T', 'R', 'A', 'I', 'L', '\r', '\n'};
inline constexpr std::uint16_t kLayoutMajor = 1;  // readers refuse another one
inline constexpr std::uint16_t kLayoutMinor = 0;  // readers take any
inline constexpr std::size_t kPreambleSize = 16;
inline constexpr std::size_t kFrameHeaderSize = 32;
inline constexpr std::size_t kMaxPayloadSize = std::size_t{64} << 20;

enum class FrameKind : std::uint8_t { kHeader = 1, kBatch = 2, kEnd = 3 };
enum class Codec : std::uint8_t { kNone = 0 };

struct FrameHeader {
  std::uint8_t kind = 0;
  std::uint8_t codec = 0;
  std::uint32_t sequence = 0;       // 0 for the header frame, then counting by one, modulo 2^32
  std::uint32_t payloadSize = 0;    // bytes, without padding to a multiple of 8
  std::uint64_t payloadDigest = 0;  // xxh3-64 of the payload
};

using Preamble = std::array<std::byte, kPreambleSize>;
using FrameHeaderBytes = std::array<std::byte, kFrameHeaderSize>;

Preamble encodePreamble();

enum class PreambleCheck { kOk, kForeign, kOtherLayout };
PreambleCheck checkPreamble(std::span<const std::byte, kPreambleSize> bytes, std::uint16_t& major);

FrameHeaderBytes encodeFrameHeader(FrameKind kind, std::uint32_t sequence,
                                   std::span<const std::byte> payload);

// False if the bytes are not a frame header (mark or own digest wrong).
bool decodeFrameHeader(std::span<const std::byte, kFrameHeaderSize> bytes, FrameHeader& header);

std::uint64_t digest(std::span<const std::byte> bytes);

inline constexpr std::size_t paddedSize(std::size_t size) { return (size + 7) & ~std::size_t{7}; }

}  // namespace exectrail::trace
