// Frames that nobody of ours would write: refused with a reason, within the memory that the limits
// allow, and everything before them handed out.
#include "trace/container/frame_reader.h"

#include <gtest/gtest.h>
#include <zstd.h>

#include "tests/trace/container/frames.h"

namespace exectrail::test {
namespace {

using trace::Codec;
using trace::FrameKind;
using trace::FrameStatus;

constexpr auto kBatch = static_cast<std::uint8_t>(FrameKind::kBatch);
constexpr auto kPack = static_cast<std::uint8_t>(FrameKind::kPack);

std::string start() { return preamble() + frame(FrameKind::kHeader, 0, "header"); }

// Frame 1, compressed, claiming to hold `contentSize` bytes.
std::string zstdFrame(const std::string& stored, std::size_t contentSize,
                      std::uint8_t kind = kBatch) {
  return storedFrame({kind, trace::kFresh, static_cast<std::uint32_t>(contentSize), 1},
                     Codec::kZstd, stored);
}

void expectRefused(const std::string& second, const std::string& why) {
  const ReadFrames read = readFrames(start() + second);
  EXPECT_EQ(read.status, FrameStatus::kDamaged);
  EXPECT_EQ(read.contents, std::vector<std::string>{"header"});
  EXPECT_NE(read.problem.find(why), std::string::npos) << read.problem;
  EXPECT_EQ(read.offset, start().size());
}

TEST(FrameReader, CompressedFrames) {
  const std::string content(10'000, 'c');
  const ReadFrames read = readFrames(start() + zstdFrame(compressed(content), content.size()));
  EXPECT_EQ(read.status, FrameStatus::kEnd) << read.problem;
  EXPECT_EQ(read.contents, (std::vector<std::string>{"header", content}));
}

TEST(FrameReader, DecompressionBelievesNoSize) {
  const std::string content(10'000, 'c');
  const std::string good = compressed(content);
  expectRefused(zstdFrame("no zstd at all", 100), "it is not a zstd frame");
  expectRefused(zstdFrame(good, 9'999), "its zstd frame claims 10000 bytes, its head 9999");
  expectRefused(zstdFrame(good.substr(0, good.size() - 1), 10'000), "cut off, or not alone");
  expectRefused(zstdFrame(good + good, 10'000), "cut off, or not alone");
  expectRefused(zstdFrame(good + "x", 10'000), "cut off, or not alone");
}

TEST(FrameReader, ABombIsRefusedBeforeItIsDecompressed) {
  // A GiB of zeros in some kB; its head says so, or says something else.
  const std::string bomb = [] {
    ZSTD_CCtx* context = ZSTD_createCCtx();
    std::string out;
    std::vector<char> buffer(ZSTD_CStreamOutSize());
    const std::string zeros(std::size_t{1} << 20, '\0');
    ZSTD_CCtx_setPledgedSrcSize(context, std::uint64_t{1} << 30);
    for (int i = 0; i < 1024; ++i) {
      ZSTD_inBuffer in{zeros.data(), zeros.size(), 0};
      const auto mode = i == 1023 ? ZSTD_e_end : ZSTD_e_continue;
      while (true) {
        ZSTD_outBuffer piece{buffer.data(), buffer.size(), 0};
        const std::size_t left = ZSTD_compressStream2(context, &piece, &in, mode);
        out.append(buffer.data(), piece.pos);
        if (mode == ZSTD_e_end ? left == 0 : in.pos == in.size) break;
      }
    }
    ZSTD_freeCCtx(context);
    return out;
  }();
  ASSERT_LT(bomb.size(), std::size_t{200} << 10);
  expectRefused(zstdFrame(bomb, std::size_t{1} << 30), "the limit is 16777216");
  expectRefused(zstdFrame(bomb, 1 << 20), "claims 1073741824 bytes, its head 1048576");
}

TEST(FrameReader, AZstdFrameWithoutItsSize) {
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0);
  const std::string content(3000, 'u');
  std::string stored(ZSTD_compressBound(content.size()), '\0');
  stored.resize(
      ZSTD_compress2(context, stored.data(), stored.size(), content.data(), content.size()));
  ZSTD_freeCCtx(context);
  expectRefused(zstdFrame(stored, content.size()), "does not state its size");
}

TEST(FrameReader, AnUnknownCodec) {
  expectRefused(storedFrame({kBatch, 0, 4, 1}, static_cast<Codec>(9), "data"),
                "frame 1 uses codec 9, which this version does not know");
}

TEST(FrameReader, AStoredFrameOfAnotherSizeThanItsContent) {
  expectRefused(storedFrame({kBatch, 0, 5, 1}, Codec::kNone, "data"),
                "frame 1 holds 4 bytes and claims 5");
}

TEST(FrameReader, Packs) {
  const std::string pack = packed(FrameKind::kBatch, 1, "one") + packed(FrameKind::kBatch, 2, "") +
                           packed(FrameKind::kSeal, 3, "three");
  const ReadFrames read = readFrames(start() + zstdFrame(compressed(pack), pack.size(), kPack) +
                                     frame(FrameKind::kEnd, 4, "end"));
  EXPECT_EQ(read.status, FrameStatus::kEnd) << read.problem;
  EXPECT_EQ(read.contents, (std::vector<std::string>{"header", "one", "", "three", "end"}));
}

TEST(FrameReader, PacksThatAreNone) {
  const auto refused = [](const std::string& pack, const std::string& why) {
    SCOPED_TRACE(why);
    expectRefused(storedFrame({kPack, trace::kFresh, static_cast<std::uint32_t>(pack.size()), 1},
                              Codec::kNone, pack),
                  why);
  };
  const std::string good = packed(FrameKind::kBatch, 1, "one");
  refused("", "is a pack of nothing");
  refused(good.substr(0, 15), "stops inside a frame's core");
  refused(good.substr(0, 23), "stops inside a frame");
  refused(good + good, "out of order");
  refused(packed(FrameKind::kBatch, 2, "one"), "out of order");
  refused(packed(FrameKind::kPack, 1, good), "out of order");
  std::string lying = good;
  lying[4] = '\x7f';  // the size of the content
  refused(lying, "stops inside a frame");
  std::string padded = good;
  padded.back() = 'x';
  refused(padded, "stops inside a frame");
}

TEST(FrameReader, ARunOfBatchesIsBounded) {
  // Each batch needs those before it, so each has to stay in memory.
  const std::string batch(trace::kMaxContentSize, 'b');
  const ReadFrames read =
      readFrames(start() + frame(FrameKind::kBatch, 1, batch, trace::kFresh) +
                 frame(FrameKind::kBatch, 2, batch) + frame(FrameKind::kBatch, 3, "one more"));
  EXPECT_EQ(read.status, FrameStatus::kDamaged);
  EXPECT_EQ(read.contents.size(), 3U);
  EXPECT_EQ(read.problem, "frame 3 makes a run of batches larger than 33554432 bytes");
}

TEST(FrameReader, OnlyAFreshBatchEndsARun) {
  const std::string first(3000, '1');
  const std::string second(3000, '2');
  const auto seal = static_cast<std::uint8_t>(FrameKind::kSeal);
  const std::string bytes = start() + zstdFrame(compressed(first), first.size()) +
                            storedFrame({seal, trace::kFresh, 4, 2}, Codec::kNone, "seal") +
                            storedFrame({kBatch, 0, 3000, 3}, Codec::kZstd, compressed(second));
  trace::FrameReader reader(trace::readBytes(bytesOf(bytes)), "t",
                            trace::FrameReader::Checks::kDigests);
  trace::Frame frame;
  for (int i = 0; i < 2; ++i) ASSERT_EQ(reader.next(frame), FrameStatus::kFrame);
  const trace::ByteSpan shared = frame.content;
  for (int i = 0; i < 2; ++i) ASSERT_EQ(reader.next(frame), FrameStatus::kFrame);
  EXPECT_EQ(frame.content.size(), second.size());
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(shared.data()), shared.size()), first);
}

TEST(FrameReader, PaddingIsZero) {
  std::string padded = frame(FrameKind::kBatch, 1, "data!");
  padded.back() = 'x';
  expectRefused(padded, "frame 1 is followed by bytes that should be zero");
}

TEST(FrameReader, ZerosInsteadOfAFrameAreWhatAPowerCutLeaves) {
  const ReadFrames read = readFrames(start() + std::string(4096, '\0'));
  EXPECT_EQ(read.status, FrameStatus::kTruncated);
  EXPECT_EQ(read.problem,
            "it goes on with zeros where frame 1 belongs, as files do after a power cut");
}

TEST(FrameReader, TheChainIsComparedWithEachFrame) {
  MemorySink sink;
  trace::FrameWriter writer(sink, 0, nullptr);
  writer.write(FrameKind::kHeader, 0, bytesOf("header"));
  const std::size_t before = sink.bytes().size();
  writer.write(FrameKind::kBatch, trace::kFresh, bytesOf("batch"));
  const auto checks = trace::FrameReader::Checks::kDigestsAndChain;
  EXPECT_EQ(readFrames(sink.bytes(), checks).status, FrameStatus::kEnd);
  // The same head, so the same chain, over another content, with the checksum made right.
  auto head = *trace::decodeHead(bytesOf(sink.bytes()).subspan(before).first<trace::kHeadSize>());
  const std::string forged =
      sink.bytes().substr(0, before) + storedFrame(head.core, Codec::kNone, "BATCH", head.chain);
  EXPECT_EQ(readFrames(forged).status, FrameStatus::kEnd);
  const ReadFrames read = readFrames(forged, checks);
  EXPECT_EQ(read.status, FrameStatus::kDamaged);
  EXPECT_EQ(read.problem, "frame 1 is not what the hash chain says");
  EXPECT_EQ(read.offset, before);
}

}  // namespace
}  // namespace exectrail::test
