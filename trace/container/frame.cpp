#include "trace/container/frame.h"

#include <xxhash.h>
#if defined(__x86_64__) && __has_include(<xxh_x86dispatch.h>)
#include <xxh_x86dispatch.h>  // the same digests, with the widest registers that this CPU has
#endif

#include <algorithm>
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

bool allZero(ByteSpan bytes) {
  return std::all_of(bytes.begin(), bytes.end(),
                     [](std::byte byte) { return byte == std::byte{}; });
}

}  // namespace

std::uint64_t digest(ByteSpan bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

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

CoreBytes encodeCore(const FrameCore& core) {
  CoreBytes bytes{};
  bytes[0] = static_cast<std::byte>(core.kind);
  bytes[1] = static_cast<std::byte>(core.flags);
  put(&bytes[4], core.contentSize);
  put(&bytes[8], core.sequence);
  return bytes;
}

std::optional<FrameCore> decodeCore(std::span<const std::byte, kCoreSize> bytes) {
  if (!allZero(bytes.subspan(2, 2))) return std::nullopt;
  FrameCore core;
  core.kind = std::to_integer<std::uint8_t>(bytes[0]);
  core.flags = std::to_integer<std::uint8_t>(bytes[1]);
  core.contentSize = get<std::uint32_t>(&bytes[4]);
  core.sequence = get<std::uint64_t>(&bytes[8]);
  return core;
}

HeadBytes encodeHead(const FrameHead& head) {
  HeadBytes bytes{};
  std::memcpy(bytes.data(), kFrameMark.data(), kFrameMark.size());
  bytes[4] = static_cast<std::byte>(head.codec);
  const CoreBytes core = encodeCore(head.core);
  std::copy(core.begin(), core.end(), bytes.begin() + 8);
  put(&bytes[24], head.storedSize);
  put(&bytes[32], head.storedDigest);
  std::memcpy(&bytes[40], head.chain.data(), head.chain.size());
  put(&bytes[72], digest(std::span(bytes).first<72>()));
  return bytes;
}

std::optional<FrameHead> decodeHead(std::span<const std::byte, kHeadSize> bytes) {
  if (std::memcmp(bytes.data(), kFrameMark.data(), kFrameMark.size()) != 0) return std::nullopt;
  if (get<std::uint64_t>(&bytes[72]) != digest(bytes.first<72>())) return std::nullopt;
  if (!allZero(bytes.subspan(5, 3)) || !allZero(bytes.subspan(28, 4))) return std::nullopt;
  const auto core = decodeCore(bytes.subspan<8, kCoreSize>());
  if (!core) return std::nullopt;
  FrameHead head;
  head.core = *core;
  head.codec = std::to_integer<std::uint8_t>(bytes[4]);
  head.storedSize = get<std::uint32_t>(&bytes[24]);
  head.storedDigest = get<std::uint64_t>(&bytes[32]);
  std::memcpy(head.chain.data(), &bytes[40], head.chain.size());
  return head;
}

}  // namespace exectrail::trace
