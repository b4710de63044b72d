// The container's bytes, exactly: other programs and other years read them.
#include "trace/container/frame.h"

#include <gtest/gtest.h>

#include <string>

#include "trace/container/chain.h"

namespace exectrail::trace {
namespace {

std::string hex(ByteSpan bytes) {
  return toHex({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

FrameHead sampleHead() {
  FrameHead head;
  head.core = {static_cast<std::uint8_t>(FrameKind::kBatch), kFresh, 0x0a0b0c, 0x0102030405060708};
  head.codec = static_cast<std::uint8_t>(Codec::kZstd);
  head.storedSize = 3;
  head.storedDigest = 0x1112131415161718;
  head.chain.fill(0xcc);
  return head;
}

TEST(Frame, PreambleBytes) { EXPECT_EQ(hex(encodePreamble()), "8b545241494c0d0a0200000000000000"); }

TEST(Frame, HeadBytes) {
  const HeadBytes head = encodeHead(sampleHead());
  EXPECT_EQ(hex(std::span(head).first(72)),
            "f554524601000000"  // mark, codec
            "020100000c0b0a00"  // kind, flags, size of the content
            "0807060504030201"  // sequence
            "0300000000000000"  // stored size
            "1817161514131211"  // digest
            "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc");
  const auto decoded = decodeHead(head);
  ASSERT_TRUE(decoded.has_value());
  EXPECT_TRUE(decoded->core.is(FrameKind::kBatch));
  EXPECT_TRUE(decoded->core.fresh());
  EXPECT_EQ(decoded->core.contentSize, 0x0a0b0cU);
  EXPECT_EQ(decoded->core.sequence, 0x0102030405060708U);
  EXPECT_EQ(decoded->codec, 1);
  EXPECT_EQ(decoded->storedSize, 3U);
  EXPECT_EQ(decoded->storedDigest, 0x1112131415161718U);
  EXPECT_EQ(decoded->chain, sampleHead().chain);
}

TEST(Frame, DigestIsXxh3OfSixtyFourBits) {
  // Test vector of the algorithm's publisher: XXH3 of nothing with seed 0.
  EXPECT_EQ(digest({}), 0x2d06800538d394c2U);
}

TEST(Frame, EveryFlippedBitOfAHeadIsNoticed) {
  const HeadBytes head = encodeHead(sampleHead());
  for (std::size_t bit = 0; bit < head.size() * 8; ++bit) {
    HeadBytes flipped = head;
    flipped[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
    EXPECT_FALSE(decodeHead(flipped)) << "bit " << bit;
  }
}

TEST(Frame, BytesThatMustBeZeroAreCheckedAlsoWithTheRightDigest) {
  for (const std::size_t at : {5U, 6U, 7U, 10U, 11U, 28U, 29U, 30U, 31U}) {
    HeadBytes head = encodeHead(sampleHead());
    head[at] = std::byte{1};
    const std::uint64_t fixed = digest(std::span(head).first<72>());
    for (std::size_t i = 0; i < 8; ++i) head[72 + i] = static_cast<std::byte>(fixed >> (8 * i));
    EXPECT_FALSE(decodeHead(head)) << "byte " << at;
  }
}

}  // namespace
}  // namespace exectrail::trace
