#include "trace/frame.h"

#include <xxhash.h>

#include <cstring>

namespace exectrail::trace {
namespace {

constexpr std::array<std::uint8_t, 4> kFrameMark = {0xf5, 'T', 'R', 'F'};

// The format is little-endian, whatever the host.
template <typename T>
void put(std::byte* at, T value) {
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    at[i] = static_cast<std::byte>(static_cast<std::uint64_t>(value) >> (8 * i));
  }
}

template <typename T>
T get(const std::byte* at) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    value |= static_cast<std::uint64_t>(at[i]) << (8 * i);
  }
  return static_cast<T>(value);
}

}  // namespace

std::uint64_t digest(std::span<const std::byte> bytes) {
  return XXH3_64bits(bytes.data(), bytes.size());
}

Preamble encodePreamble() {
  Preamble bytes{};
  std::memcpy(bytes.data(), kMagic.data(), kMagic.size());
  put(&bytes[8], kLayoutMajor);
  put(&bytes[10], kLayoutMinor);
  return bytes;
}

PreambleCheck checkPreamble(std::span<const std::byte, kPreambleSize> bytes, std::uint16_t& major) {
  if (std::memcmp(bytes.data(), kMagic.data(), kMagic.size()) != 0) return PreambleCheck::kForeign;
  major = get<std::uint16_t>(&bytes[8]);
  return major == kLayoutMajor ? PreambleCheck::kOk : PreambleCheck::kOtherLayout;
}

FrameHeaderBytes encodeFrameHeader(FrameKind kind, std::uint32_t sequence,
                                   std::span<const std::byte> payload) {
  FrameHeaderBytes bytes{};
  std::memcpy(bytes.data(), kFrameMark.data(), kFrameMark.size());
  bytes[4] = static_cast<std::byte>(kind);
  bytes[5] = static_cast<std::byte>(Codec::kNone);
  put(&bytes[8], static_cast<std::uint32_t>(payload.size()));
  put(&bytes[12], sequence);
  put(&bytes[16], digest(payload));
  put(&bytes[24], digest(std::span(bytes).first<24>()));
  return bytes;
}

bool decodeFrameHeader(std::span<const std::byte, kFrameHeaderSize> bytes, FrameHeader& header) {
  if (std::memcmp(bytes.data(), kFrameMark.data(), kFrameMark.size()) != 0) return false;
  if (get<std::uint64_t>(&bytes[24]) != digest(bytes.first<24>())) return false;
  header.kind = static_cast<std::uint8_t>(bytes[4]);
  header.codec = static_cast<std::uint8_t>(bytes[5]);
  header.payloadSize = get<std::uint32_t>(&bytes[8]);
  header.sequence = get<std::uint32_t>(&bytes[12]);
  header.payloadDigest = get<std::uint64_t>(&bytes[16]);
  return true;
}

}  // namespace exectrail::trace
