// The container's bytes, exactly: other programs and other years read them.
#include "trace/frame.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>

namespace exectrail::trace {
namespace {

std::string hex(std::span<const std::byte> bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (const std::byte byte : bytes) {
    out += kDigits[std::to_integer<unsigned>(byte) >> 4];
    out += kDigits[std::to_integer<unsigned>(byte) & 0xf];
  }
  return out;
}

TEST(Frame, PreambleBytes) { EXPECT_EQ(hex(encodePreamble()), "8b545241494c0d0a0100000000000000"); }

TEST(Frame, HeadBytes) {
  const std::string payload = "abc";
  const auto head =
      encodeFrameHeader(FrameKind::kBatch, 0x01020304, std::as_bytes(std::span(payload)));
  EXPECT_EQ(hex(std::span(head).first(16)), "f5545246020000000300000004030201");
  FrameHeader decoded;
  ASSERT_TRUE(decodeFrameHeader(head, decoded));
  EXPECT_EQ(decoded.kind, 2);
  EXPECT_EQ(decoded.codec, 0);
  EXPECT_EQ(decoded.sequence, 0x01020304U);
  EXPECT_EQ(decoded.payloadSize, 3U);
  EXPECT_EQ(decoded.payloadDigest, digest(std::as_bytes(std::span(payload))));
}

TEST(Frame, DigestIsXxh3OfSixtyFourBits) {
  // Test vector of the algorithm's publisher: XXH3 of nothing with seed 0.
  EXPECT_EQ(digest({}), 0x2d06800538d394c2U);
}

TEST(Frame, EveryFlippedBitOfAHeadIsNoticed) {
  const auto head = encodeFrameHeader(FrameKind::kEnd, 5, {});
  for (std::size_t bit = 0; bit < head.size() * 8; ++bit) {
    FrameHeaderBytes flipped = head;
    flipped[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
    FrameHeader decoded;
    EXPECT_FALSE(decodeFrameHeader(flipped, decoded)) << "bit " << bit;
  }
}

}  // namespace
}  // namespace exectrail::trace
