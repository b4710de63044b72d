// What verify says, about every byte flipped and every prefix of a small signed trace, and about
// what somebody does who can change the file and knows how it is made, but has not got the key.
#include "trace/container/verify.h"

#include <gtest/gtest.h>

#include "tests/support/signing.h"
#include "tests/trace/container/frames.h"
#include "trace/container/pack.h"
#include "trace/errors.h"

namespace exectrail::test {
namespace {

using trace::FrameKind;
using trace::NotedHead;
using trace::Signing;
using trace::Verification;
using trace::Wholeness;

constexpr int kBatches = 6;

// A header here is its signing key, and nothing else.
std::optional<trace::PublicKey> keyOf(trace::ByteSpan header) {
  trace::PublicKey key{};
  if (header.size() != key.size()) return std::nullopt;
  std::memcpy(key.data(), header.data(), key.size());
  return key;
}

Verification check(const std::string& bytes, const trace::Expected& expected = {}) {
  return trace::verify(trace::readBytes(bytesOf(bytes)), "t.trail", expected, keyOf);
}

// What verify says, or how the file was refused.
bool passes(const std::string& bytes, const trace::Expected& expected) {
  try {
    return check(bytes, expected).good(expected.key.has_value());
  } catch (const EnvironmentError&) {
    return false;
  }
}

class Verify : public testing::Test {
 protected:
  // A seal after the header, after each second batch, and after the end.
  std::string make(const trace::SigningKey* key, const std::string& batchText = "batch ") {
    MemorySink sink;
    trace::FrameWriter writer(sink, 0, key);
    std::string header(sizeof(trace::PublicKey), '\0');
    if (key != nullptr) std::memcpy(header.data(), key->publicKey().data(), header.size());
    if (key == nullptr) header = "no key";
    writer.write(FrameKind::kHeader, 0, bytesOf(header));
    writer.seal();
    heads_.clear();
    ends_.clear();
    for (int i = 1; i <= kBatches; ++i) {
      writer.write(FrameKind::kBatch, i % 2 == 1 ? trace::kFresh : std::uint8_t{0},
                   bytesOf(batchText + std::to_string(i)));
      heads_.push_back(writer.head());
      ends_.push_back(sink.bytes().size());
      if (i % 2 == 0) writer.seal();
    }
    writer.write(FrameKind::kEnd, 0, bytesOf("end"));
    beforeLastSeal_ = sink.bytes().size();
    writer.seal();
    head_ = writer.head();
    return sink.bytes();
  }
  std::string makeSigned() { return make(&key_.signing()); }

  static std::string packedForm(const std::string& bytes) {
    trace::FrameReader in(trace::readBytes(bytesOf(bytes)), "t",
                          trace::FrameReader::Checks::kDigestsAndChain);
    MemorySink sink;
    trace::PackReport report;
    trace::packFrames(in, sink, {3, 20}, report);
    return sink.bytes();
  }

  trace::Expected mine() const { return {key_.publicKey(), std::nullopt}; }

  TestKey key_;
  std::vector<trace::Digest256> heads_;  // after each batch
  std::vector<std::size_t> ends_;        // where each batch ends
  std::size_t beforeLastSeal_ = 0;
  trace::Digest256 head_{};
};

TEST_F(Verify, ASignedTrace) {
  const std::string live = makeSigned();
  for (const std::string& bytes : {live, packedForm(live)}) {
    for (const trace::Expected& expected : {trace::Expected{}, mine()}) {
      const Verification found = check(bytes, expected);
      EXPECT_EQ(found.wholeness, Wholeness::kWhole) << found.problem;
      EXPECT_EQ(found.batches, std::uint64_t{kBatches});
      EXPECT_EQ(found.offset, bytes.size());
      EXPECT_EQ(found.head, head_);
      EXPECT_EQ(found.signing, Signing::kSigned);
      EXPECT_EQ(found.key, key_.publicKey());
      EXPECT_EQ(found.sealedBatches, std::uint64_t{kBatches});
      EXPECT_EQ(found.seals, 5U);
      EXPECT_EQ(found.noted, NotedHead::kNone);
      EXPECT_TRUE(found.good(expected.key.has_value()));
    }
  }
}

TEST_F(Verify, AnUnsignedTraceIsGoodUnlessAKeyIsAskedFor) {
  const std::string bytes = make(nullptr);
  EXPECT_EQ(check(bytes).signing, Signing::kUnsigned);
  EXPECT_TRUE(check(bytes).good(false));
  EXPECT_EQ(check(bytes, mine()).signing, Signing::kUnsigned);
  EXPECT_FALSE(check(bytes, mine()).good(true));
}

TEST_F(Verify, EveryFlippedByteIsReported) {
  const std::string live = makeSigned();
  for (const std::string& bytes : {live, packedForm(live), make(nullptr)}) {
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      std::string flipped = bytes;
      flipped[at] = static_cast<char>(flipped[at] ^ 0x41);
      ASSERT_FALSE(passes(flipped, {})) << "byte " << at << " of " << bytes.size();
    }
  }
}

TEST_F(Verify, EveryPrefixIsReportedWithItsLastIntactBatch) {
  const std::string bytes = makeSigned();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const std::string prefix = bytes.substr(0, size);
    ASSERT_FALSE(passes(prefix, mine())) << size;
    if (size < trace::kPreambleSize) continue;
    const Verification found = check(prefix);
    std::size_t whole = 0;
    while (whole < ends_.size() && ends_[whole] <= size) ++whole;
    ASSERT_EQ(found.batches, whole) << size;
    ASSERT_LE(found.offset, size);
    if (size < beforeLastSeal_) {
      ASSERT_TRUE(found.wholeness == Wholeness::kTruncated ||
                  found.wholeness == Wholeness::kUnfinished);
    }
  }
  const Verification withoutSeal = check(bytes.substr(0, beforeLastSeal_));
  EXPECT_EQ(withoutSeal.wholeness, Wholeness::kWhole);
  EXPECT_EQ(withoutSeal.signing, Signing::kPartly);
}

TEST_F(Verify, NamesTheAlteredBatch) {
  const std::string bytes = makeSigned();
  for (std::size_t batch = 1; batch <= kBatches; ++batch) {
    std::string flipped = bytes;
    flipped[ends_[batch - 1] - 5] ^= 1;  // in its content or padding
    const Verification found = check(flipped, mine());
    EXPECT_EQ(found.wholeness, Wholeness::kAltered);
    EXPECT_EQ(found.batches, batch - 1);
    EXPECT_EQ(found.damagedFrom, batch) << found.problem;
    EXPECT_EQ(found.damagedTo, batch);
    EXPECT_EQ(found.sealedBatches, (batch - 1) / 2 * 2);
  }
}

TEST_F(Verify, AForgedBatchWithItsChecksumMadeRight) {
  const std::string bytes = makeSigned();
  const std::size_t begin = ends_[1] + trace::kHeadSize + trace::paddedSize(trace::kSealSize);
  const auto head = *trace::decodeHead(bytesOf(bytes).subspan(begin).first<trace::kHeadSize>());
  const std::string forged = bytes.substr(0, begin) +
                             storedFrame(head.core, trace::Codec::kNone, "BATCH 3", head.chain) +
                             bytes.substr(ends_[2]);
  ASSERT_EQ(forged.size(), bytes.size());
  const Verification found = check(forged);
  EXPECT_EQ(found.wholeness, Wholeness::kAltered);
  EXPECT_EQ(found.damagedFrom, 3U);
  EXPECT_EQ(found.problem, "frame 5 is not what the hash chain says");
}

TEST_F(Verify, WhoeverMakesTheChainAnewHasNotTheKey) {
  // The whole trace again with other batches, the seals copied from the true one.
  const std::string good = makeSigned();
  std::vector<std::string> seals;
  trace::FrameReader reader(trace::readBytes(bytesOf(good)), "t",
                            trace::FrameReader::Checks::kDigests);
  trace::Frame frame;
  MemorySink sink;
  trace::FrameWriter forger(sink, 0, nullptr);
  while (reader.next(frame) == trace::FrameStatus::kFrame) {
    std::string content(reinterpret_cast<const char*>(frame.content.data()), frame.content.size());
    if (content == "batch 5") content = "BATCH 5";
    forger.write(static_cast<FrameKind>(frame.core.kind), frame.core.flags, bytesOf(content));
  }
  const Verification found = check(sink.bytes(), mine());
  EXPECT_EQ(found.wholeness, Wholeness::kWhole) << "the chain itself is right";
  EXPECT_EQ(found.signing, Signing::kBroken);
  EXPECT_EQ(found.sealedBatches, 4U) << "what the seals before it cover is proved";
  EXPECT_FALSE(found.good(false));
}

TEST_F(Verify, WhoeverSignsItAnewIsSomebodyElse) {
  const TestKey other;
  const std::string forged = make(&other.signing(), "BATCH ");
  EXPECT_TRUE(check(forged).good(false)) << "it is signed well, by somebody";
  const Verification found = check(forged, mine());
  EXPECT_EQ(found.signing, Signing::kWrongKey);
  EXPECT_EQ(found.key, other.publicKey());
  EXPECT_FALSE(found.good(true));
}

TEST_F(Verify, SealsThatWereTakenOutAreMissed) {
  // With a chain made anew and the header's key left in place.
  MemorySink sink;
  trace::FrameWriter forger(sink, 0, nullptr);
  std::string header(sizeof(trace::PublicKey), '\0');
  std::memcpy(header.data(), key_.publicKey().data(), header.size());
  forger.write(FrameKind::kHeader, 0, bytesOf(header));
  forger.write(FrameKind::kBatch, trace::kFresh, bytesOf("batch 1"));
  forger.write(FrameKind::kEnd, 0, bytesOf("end"));
  const Verification found = check(sink.bytes());
  EXPECT_EQ(found.signing, Signing::kMissing);
  EXPECT_FALSE(found.good(false));
}

TEST_F(Verify, CutOffBehindASealItIsWhatAKilledRecorderLeaves) {
  const std::string bytes = makeSigned();
  const std::size_t behindSeal = ends_[3] + trace::kHeadSize + trace::paddedSize(trace::kSealSize);
  const Verification found = check(bytes.substr(0, behindSeal), mine());
  EXPECT_EQ(found.wholeness, Wholeness::kUnfinished);
  EXPECT_EQ(found.signing, Signing::kSigned);
  EXPECT_EQ(found.sealedBatches, 4U);
  EXPECT_FALSE(found.good(true));
}

TEST_F(Verify, AHeadNotedElsewhere) {
  const std::string live = makeSigned();
  for (const std::string& bytes : {live, packedForm(live)}) {
    EXPECT_EQ(check(bytes, {std::nullopt, head_}).noted, NotedHead::kLast);
    for (std::size_t i = 0; i < heads_.size(); ++i) {
      const Verification found = check(bytes, {std::nullopt, heads_[i]});
      EXPECT_EQ(found.noted, NotedHead::kEarlier);
      EXPECT_EQ(found.notedBatches, i + 1);
      EXPECT_TRUE(found.good(false));
    }
    trace::Digest256 other = head_;
    other[0] ^= 1;
    const Verification found = check(bytes, {std::nullopt, other});
    EXPECT_EQ(found.noted, NotedHead::kAbsent);
    EXPECT_FALSE(found.good(false));
  }
  // The head convicts who cut the trace off, and who made an unsigned one anew.
  EXPECT_EQ(check(live.substr(0, ends_[2]), {std::nullopt, heads_[4]}).noted, NotedHead::kAbsent);
  make(nullptr);
  const trace::Digest256 noted = head_;
  EXPECT_EQ(check(make(nullptr, "BATCH "), {std::nullopt, noted}).noted, NotedHead::kAbsent);
}

TEST_F(Verify, NothingMayFollowTheEndButItsSeal) {
  const std::string bytes = makeSigned();
  const Verification found = check(bytes + frame(FrameKind::kBatch, 99, "more"));
  EXPECT_EQ(found.wholeness, Wholeness::kAltered);
  MemorySink sink;
  trace::FrameWriter writer(sink, 0, nullptr);
  writer.write(FrameKind::kHeader, 0, bytesOf("header"));
  writer.write(FrameKind::kEnd, 0, bytesOf("end"));
  EXPECT_TRUE(check(sink.bytes()).good(false));
  writer.write(FrameKind::kBatch, 0, bytesOf("more"));
  EXPECT_EQ(check(sink.bytes()).problem, "frames follow its end");
}

TEST_F(Verify, FramesInAnotherOrder) {
  const std::string bytes = make(nullptr);
  const std::string swapped = bytes.substr(0, ends_[0]) +
                              bytes.substr(ends_[1], ends_[2] - ends_[1]) +
                              bytes.substr(ends_[0], ends_[1] - ends_[0]) + bytes.substr(ends_[2]);
  const Verification found = check(swapped);
  EXPECT_EQ(found.wholeness, Wholeness::kAltered);
  EXPECT_EQ(found.problem, "frame 3 stands where frame 2 belongs");
  EXPECT_EQ(found.batches, 1U);
}

}  // namespace
}  // namespace exectrail::test
