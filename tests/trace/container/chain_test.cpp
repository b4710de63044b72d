// The hash chain: its definition, computed here a second time, and what it does not depend on.
#include "trace/container/chain.h"

#include <gtest/gtest.h>

#include "tests/trace/container/frames.h"

namespace exectrail::test {
namespace {

using trace::Chain;
using trace::FrameCore;

TEST(Chain, KnownHeads) {
  // Computed with Python: hashlib.blake2b(b"exectrail trace chain" + preamble, digest_size=32),
  // then blake2b(head + core + b"abc", digest_size=32).
  Chain chain(trace::encodePreamble());
  EXPECT_EQ(trace::toHex(chain.head()),
            "9a016679ab9fc48886c2d28621db8af47fbbd45b5b222abc228463871c45b6aa");
  chain.add({2, 1, 3, 7}, bytesOf("abc"));
  EXPECT_EQ(trace::toHex(chain.head()),
            "3cdd6cc587af54c24321c8a543fcbae598dcec6c405dbc7a2c4a81b219eb328d");
}

TEST(Chain, EachPartOfACoreAndEachByteCounts) {
  const auto headOf = [](const FrameCore& core, const std::string& content) {
    Chain chain(trace::encodePreamble());
    chain.add(core, bytesOf(content));
    return trace::toHex(chain.head());
  };
  const std::string plain = headOf({2, 0, 3, 7}, "abc");
  EXPECT_EQ(headOf({2, 0, 3, 7}, "abc"), plain);
  EXPECT_NE(headOf({3, 0, 3, 7}, "abc"), plain);
  EXPECT_NE(headOf({2, 1, 3, 7}, "abc"), plain);
  EXPECT_NE(headOf({2, 0, 4, 7}, "abc"), plain);
  EXPECT_NE(headOf({2, 0, 3, 8}, "abc"), plain);
  EXPECT_NE(headOf({2, 0, 3, 7}, "abd"), plain);
}

TEST(Chain, IsTheSameHoweverFramesAreStored) {
  const std::string large(5000, 'x');
  MemorySink plainSink;
  MemorySink compressedSink;
  trace::FrameWriter plain(plainSink, 0, nullptr);
  trace::FrameWriter tight(compressedSink, 3, nullptr);
  for (trace::FrameWriter* writer : {&plain, &tight}) {
    writer->write(trace::FrameKind::kHeader, 0, bytesOf("header"));
    writer->write(trace::FrameKind::kBatch, trace::kFresh, bytesOf(large));
  }
  EXPECT_LT(compressedSink.bytes().size(), plainSink.bytes().size() / 4);
  EXPECT_EQ(plain.head(), tight.head());
  const auto checks = trace::FrameReader::Checks::kDigestsAndChain;
  EXPECT_EQ(readFrames(plainSink.bytes(), checks).head, plain.head());
  const ReadFrames read = readFrames(compressedSink.bytes(), checks);
  EXPECT_EQ(read.head, plain.head());
  EXPECT_EQ(read.contents, (std::vector<std::string>{"header", large}));
}

TEST(Hex, OnlyWhatIsExactlyThatLong) {
  std::array<std::uint8_t, 2> out{};
  EXPECT_TRUE(trace::fromHex("a0Ff", out));
  EXPECT_EQ(trace::toHex(out), "a0ff");
  for (const char* wrong : {"", "a0f", "a0fff", "a0fg", "0xa0", "a0 f"}) {
    EXPECT_FALSE(trace::fromHex(wrong, out)) << wrong;
  }
}

}  // namespace
}  // namespace exectrail::test
