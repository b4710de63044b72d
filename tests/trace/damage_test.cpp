// Traces that are cut, changed or made up: never a crash, never a wrong record, always a reason.
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "tests/support/traces.h"
#include "tests/trace/random_records.h"
#include "trace/container/frame.h"
#include "trace/container/frame_writer.h"
#include "trace/errors.h"
#include "trace/reader.h"

namespace exectrail::test {
namespace {

using trace::Completeness;

Records sample() { return randomRecords(7, 12); }

std::string sampleBytes() {
  MemorySink sink;
  trace::Writer writer(sink, header());
  std::size_t held = 0;
  for (const OwnedRecord& owned : sample()) {
    writer.add(owned.record);
    if (++held % 5 == 0) writer.flush();
  }
  writer.finish({});
  return sink.bytes();
}

struct ReadResult {
  bool opened = false;
  std::size_t records = 0;
  bool allRight = true;  // each record equals the one that was written at its place
  trace::ReadState state;
};

ReadResult readAll(const std::string& bytes, const Records& expected) {
  ReadResult result;
  try {
    const auto reader = trace::openTraceBytes(bytes, "t.trail");
    result.opened = true;
    trace::Record record;
    while (reader->next(record)) {
      const std::size_t at = result.records++;
      if (at >= expected.size() || !(record == expected[at].record)) result.allRight = false;
    }
    result.state = reader->state();
  } catch (const EnvironmentError& e) {
    result.state.problem = e.what();
  }
  return result;
}

TEST(Damage, EveryPrefixReadsUpToItsLastBatch) {
  const Records expected = sample();
  const std::string bytes = sampleBytes();
  std::size_t mostRecords = 0;
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const ReadResult result = readAll(bytes.substr(0, size), expected);
    ASSERT_TRUE(result.allRight) << "prefix of " << size;
    ASSERT_NE(result.state.problem, "") << "prefix of " << size;
    ASSERT_GE(result.records, mostRecords) << "a longer prefix gave less, " << size;
    mostRecords = result.records;
    if (result.opened) {
      ASSERT_NE(result.state.completeness, Completeness::kComplete) << "prefix of " << size;
      ASSERT_LE(result.state.offset, size);
    }
  }
  EXPECT_EQ(mostRecords, expected.size());
  EXPECT_EQ(readAll(bytes, expected).state.completeness, Completeness::kComplete);
}

TEST(Damage, EveryFlippedByteIsNoticed) {
  const Records expected = sample();
  const std::string bytes = sampleBytes();
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    std::string flipped = bytes;
    flipped[at] = static_cast<char>(flipped[at] ^ 0x41);
    const ReadResult result = readAll(flipped, expected);
    ASSERT_TRUE(result.allRight) << "byte " << at;
    // Reserved bytes and padding carry nothing, but then everything must have been read.
    if (result.opened && result.state.completeness == Completeness::kComplete) {
      ASSERT_EQ(result.records, expected.size()) << "byte " << at;
    } else {
      ASSERT_NE(result.state.problem, "") << "byte " << at;
    }
  }
}

// A frame whose checksums are right and whose content is whatever the test says.
std::string frame(trace::FrameKind kind, std::uint64_t sequence, const std::string& content) {
  trace::FrameHead head;
  head.core = {static_cast<std::uint8_t>(kind), trace::kFresh,
               static_cast<std::uint32_t>(content.size()), sequence};
  head.storedSize = head.core.contentSize;
  const auto bytes = std::as_bytes(std::span(content));
  head.storedDigest = trace::digest(bytes);
  std::vector<std::byte> out;
  trace::encodeFrame(head, bytes, out);
  return {reinterpret_cast<const char*>(out.data()), out.size()};
}

// The preamble and the header frame of a good trace.
std::string opening() {
  MemorySink sink;
  const trace::Writer writer(sink, header());
  return sink.bytes();
}

TEST(Damage, HostilePayloadsWithRightChecksums) {
  const std::string good = sampleBytes();
  const std::string start = opening();
  // The first batch's payload, damaged before its checksum is made.
  const std::string payload = good.substr(start.size() + trace::kHeadSize, 2000);
  for (std::size_t at = 0; at < 600; ++at) {
    for (const char value : {'\0', '\x7f', '\xff'}) {
      std::string hostile = payload;
      hostile[at] = value;
      const ReadResult result =
          readAll(start + frame(trace::FrameKind::kBatch, 1, hostile), sample());
      ASSERT_TRUE(result.opened);
      ASSERT_NE(result.state.completeness, Completeness::kComplete);
    }
  }
}

TEST(Damage, AFewBytesCannotStandForMuch) {
  // A batch of five words whose list claims 2^28 records of no size each: Cap'n Proto's encoding of
  // a root struct with two pointers, the second to a list with a tag word.
  const std::uint64_t words[] = {
      std::uint64_t{4} << 32,                        // message: 1 segment of 4 words
      std::uint64_t{2} << 48,                        // root: no data, 2 pointers
      0,                                             // strings: null
      1 | std::uint64_t{7} << 32,                    // records: composite list of 0 words
      std::uint64_t{(std::uint64_t{1} << 28) << 2},  // tag: 2^28 elements, no data, no pointers
  };
  const std::string payload(reinterpret_cast<const char*>(words), sizeof words);
  const ReadResult result = readAll(opening() + frame(trace::FrameKind::kBatch, 1, payload), {});
  EXPECT_EQ(result.state.completeness, Completeness::kDamaged);
  EXPECT_EQ(result.records, 0U);
}

TEST(Damage, FramesInTheWrongOrder) {
  const std::string start = opening();
  const ReadResult result = readAll(start + frame(trace::FrameKind::kBatch, 2, ""), {});
  EXPECT_EQ(result.state.completeness, Completeness::kDamaged);
  EXPECT_EQ(result.state.problem, "frame 2 stands where frame 1 belongs (intact up to byte " +
                                      std::to_string(start.size()) + ")");
}

TEST(Damage, AFrameThatClaimsTooMuchIsRefusedBeforeItIsRead) {
  const std::string large(trace::kMaxContentSize + 1, 'x');
  // Of the frame only the head is there.
  const ReadResult result = readAll(
      opening() + frame(trace::FrameKind::kBatch, 1, large).substr(0, trace::kHeadSize), {});
  EXPECT_EQ(result.state.completeness, Completeness::kDamaged);
  EXPECT_NE(result.state.problem.find("claims 16777217 bytes, the limit is 16777216"),
            std::string::npos)
      << result.state.problem;
}

TEST(Damage, FramesOfAnUnknownKindAreSkipped) {
  const auto unknown = static_cast<trace::FrameKind>(77);
  MemorySink sink;
  trace::Writer(sink, header()).finish({});
  std::string end = sink.bytes().substr(opening().size());
  // The same end, one frame later.
  std::string payload = end.substr(trace::kHeadSize);
  const ReadResult result = readAll(
      opening() + frame(unknown, 1, "from the future") + frame(trace::FrameKind::kEnd, 2, payload),
      {});
  EXPECT_EQ(result.state.completeness, Completeness::kComplete) << result.state.problem;
}

TEST(Damage, BytesAfterTheEnd) {
  const ReadResult some = readAll(sampleBytes() + "more", sample());
  EXPECT_EQ(some.state.completeness, Completeness::kTruncated);
  EXPECT_EQ(some.records, sample().size());
  const ReadResult many = readAll(sampleBytes() + std::string(100, 'x'), sample());
  EXPECT_EQ(many.state.completeness, Completeness::kDamaged);
  EXPECT_EQ(many.records, sample().size());
}

TEST(Damage, ForeignFilesAreNamedForWhatTheyAre) {
  const std::map<std::string, std::string> messages = {
      {"",
       "t.trail is not an Exectrail trace: it is empty; record one with: exectrail record -o "
       "FILE.trail"},
      {"hello, world. How are you?",
       "t.trail is not an Exectrail trace: it begins with 68 65 6c 6c 6f 2c 20 77; record one "
       "with: "
       "exectrail record -o FILE.trail"},
      {std::string("\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\0\0", 18),
       "t.trail is not an Exectrail trace: it begins with 7f 45 4c 46 02 01 01 00 (an ELF file); "
       "record one with: exectrail record -o FILE.trail"},
  };
  for (const auto& [bytes, message] : messages) {
    EXPECT_EQ(readAll(bytes, {}).state.problem, message);
  }
}

TEST(Damage, AnotherLayout) {
  std::string bytes = sampleBytes();
  bytes[8] = 9;
  EXPECT_EQ(
      readAll(bytes, {}).state.problem,
      "t.trail has trace layout 9, this program reads layout 2; read it with the version that "
      "wrote it");
}

}  // namespace
}  // namespace exectrail::test
