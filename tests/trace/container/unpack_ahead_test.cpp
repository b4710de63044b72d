// A second thread that unpacks ahead changes nothing but the time it takes: the same frames, the
// same words about damage at the same place, and nobody left behind.
#include "trace/container/unpack_ahead.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <optional>
#include <thread>

#include "tests/trace/container/frames.h"
#include "trace/container/pack.h"
#include "trace/errors.h"

namespace exectrail::test {
namespace {

using trace::Ahead;
using trace::FrameKind;
using trace::FrameStatus;

constexpr auto kChain = trace::FrameReader::Checks::kDigestsAndChain;

// Digits of which no batch has the same as its neighbours. Made once: character by character is
// what ThreadSanitizer would spend a minute on.
const std::string& digits() {
  static const std::string all = [] {
    std::string made;
    while (made.size() < std::size_t{128} << 10)
      made += std::to_string(made.size() * 7919 % 1000) + " ";
    return made;
  }();
  return all;
}

std::string contentOf(int number, std::size_t size) {
  std::string content = "batch " + std::to_string(number) + " ";
  if (content.size() < size) {
    content.append(digits(), static_cast<std::size_t>(number) * 7919 % (64 << 10),
                   size - content.size());
  }
  content.resize(size);
  return content;
}

// A header, batches of this size, runs of five of them, an end; compressed if there is a level.
std::string made(int batches, std::size_t size, int level) {
  MemorySink sink;
  trace::FrameWriter writer(sink, level, nullptr);
  writer.write(FrameKind::kHeader, 0, bytesOf("header"));
  for (int i = 0; i < batches; ++i) {
    writer.write(FrameKind::kBatch, i % 5 == 0 ? trace::kFresh : 0,
                 bytesOf(contentOf(i, size + static_cast<std::size_t>(i))));
  }
  writer.write(FrameKind::kIndex, 0, bytesOf("index"));
  writer.write(FrameKind::kEnd, 0, bytesOf("end"));
  return sink.bytes();
}

std::string packs(const std::string& bytes, std::size_t size) {
  MemorySink sink;
  trace::PackReport report;
  trace::FrameReader in(trace::readBytes(bytesOf(bytes)), "t", kChain);
  EXPECT_EQ(trace::packFrames(in, sink, {3, size}, report), FrameStatus::kEnd);
  return sink.bytes();
}

ReadFrames with(Ahead ahead, const std::string& bytes) {
  try {
    return readFrames(bytes, kChain, ahead);
  } catch (const EnvironmentError& e) {
    ReadFrames refused;
    refused.problem = e.what();
    return refused;
  }
}

std::vector<std::string> kinds() {
  return {made(13, 100, 0), made(13, 100, 3), packs(made(13, 100, 0), 300),
          packs(made(40, 10, 0), 10'000)};
}

std::size_t threads() {
  using Entries = std::filesystem::directory_iterator;
  return static_cast<std::size_t>(std::distance(Entries("/proc/self/task"), Entries{}));
}

// A thread that has been joined may be in /proc for a moment yet.
bool becomesThreads(std::size_t wanted) {
  for (int i = 0; i < 2000 && threads() != wanted; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return threads() == wanted;
}

TEST(UnpackAhead, ReadsTheSame) {
  for (const std::string& bytes : kinds()) {
    const ReadFrames alone = with(Ahead::kNever, bytes);
    EXPECT_EQ(alone.status, FrameStatus::kEnd) << alone.problem;
    EXPECT_GE(alone.contents.size(), 16U);
    EXPECT_TRUE(with(Ahead::kAlways, bytes) == alone);
  }
}

// Each begins a thread, of which ThreadSanitizer makes much.
constexpr std::size_t kStep = 5;

TEST(UnpackAhead, Prefixes) {
  for (const std::string& bytes : kinds()) {
    for (std::size_t size = 0; size < bytes.size(); size += kStep) {
      const std::string prefix = bytes.substr(0, size);
      ASSERT_TRUE(with(Ahead::kAlways, prefix) == with(Ahead::kNever, prefix)) << size;
    }
  }
}

TEST(UnpackAhead, FlippedBytes) {
  for (const std::string& bytes : kinds()) {
    for (std::size_t at = 0; at < bytes.size(); at += kStep) {
      std::string flipped = bytes;
      flipped[at] = static_cast<char>(flipped[at] ^ 0x41);
      ASSERT_TRUE(with(Ahead::kAlways, flipped) == with(Ahead::kNever, flipped)) << at;
    }
  }
}

TEST(UnpackAhead, BytesThatAreNotAligned) {
  for (const std::string& bytes : kinds()) {
    const std::string shifted = "123" + bytes;
    trace::FrameReader reader(trace::readBytes(bytesOf(shifted).subspan(3)), "t", kChain,
                              Ahead::kAlways);
    trace::Frame frame;
    std::size_t frames = 0;
    while (reader.next(frame) == FrameStatus::kFrame) ++frames;
    EXPECT_EQ(frames, with(Ahead::kNever, bytes).contents.size()) << reader.problem();
  }
}

TEST(UnpackAhead, WhatIsWrongInsideAFrameIsSaidWhereItStands) {
  // The pack in the middle is not what the chain says, and its checksum is right.
  std::string bytes = packs(made(23, 300, 0), 900);
  std::size_t at = trace::kPreambleSize;
  for (int i = 0; i < 3; ++i) {
    const auto head = *trace::decodeHead(bytesOf(bytes).subspan(at).first<trace::kHeadSize>());
    at += trace::kHeadSize + trace::paddedSize(head.storedSize);
  }
  auto head = *trace::decodeHead(bytesOf(bytes).subspan(at).first<trace::kHeadSize>());
  head.chain[0] ^= 1;
  const trace::HeadBytes forged = trace::encodeHead(head);
  std::copy_n(reinterpret_cast<const char*>(forged.data()), forged.size(), &bytes[at]);
  const ReadFrames alone = with(Ahead::kNever, bytes);
  EXPECT_NE(alone.problem.find("is not what the hash chain says"), std::string::npos);
  EXPECT_EQ(alone.offset, at);
  EXPECT_TRUE(with(Ahead::kAlways, bytes) == alone);
}

TEST(UnpackAhead, FindingAndSkippingGoOnWhereReadingWas) {
  const std::string bytes = made(40, 300, 3);
  for (const std::size_t taken : {1U, 2U, 6U, 20U}) {
    trace::FrameReader reader(trace::readBytes(bytesOf(bytes)), "t",
                              trace::FrameReader::Checks::kDigests, Ahead::kAlways);
    trace::Frame frame;
    for (std::size_t i = 0; i < taken; ++i) ASSERT_EQ(reader.next(frame), FrameStatus::kFrame);
    const trace::ByteSpan last = frame.content;
    const std::string before(reinterpret_cast<const char*>(last.data()), last.size());
    const auto index = reader.find(FrameKind::kIndex);
    ASSERT_TRUE(index);
    EXPECT_EQ(index->size(), 5U);
    EXPECT_EQ(std::string(reinterpret_cast<const char*>(last.data()), last.size()), before);
    EXPECT_EQ(reader.sequence(), taken);
    EXPECT_EQ(reader.skipTo(31), 31 - taken);
    ASSERT_EQ(reader.next(frame), FrameStatus::kFrame);
    EXPECT_EQ(frame.core.sequence, 31U);
    EXPECT_EQ(frame.content.size(), 330U);
  }
}

TEST(UnpackAhead, NobodyIsLeftBehind) {
  const std::string bytes = made(2000, 3000, 3);
  std::thread([] {}).join();  // with the first thread, ThreadSanitizer begins one of its own
  const std::size_t before = threads();
  for (std::size_t taken = 1; taken < 2000; taken = taken * 3 + 1) {
    trace::FrameReader reader(trace::readBytes(bytesOf(bytes)), "t", kChain, Ahead::kAlways);
    trace::Frame frame;
    for (std::size_t i = 0; i < taken; ++i) ASSERT_EQ(reader.next(frame), FrameStatus::kFrame);
    EXPECT_EQ(frame.core.sequence, taken - 1);
    EXPECT_TRUE(becomesThreads(before + 1)) << taken;
  }
  EXPECT_TRUE(becomesThreads(before));
}

TEST(UnpackAhead, OnlyWhereItIsWorthIt) {
  std::thread([] {}).join();  // as above
  const auto begins = [](const std::string& bytes, Ahead ahead, bool stream) {
    const std::size_t before = threads();
    std::unique_ptr<trace::ByteSource> source;
    if (stream) {
      const std::string path = testing::TempDir() + "unpack_ahead.trail";
      std::FILE* file = std::fopen(path.c_str(), "wb");
      std::fwrite(bytes.data(), 1, bytes.size(), file);
      std::fclose(file);
      source = trace::followFile(path, [](bool) { return false; });
    } else {
      source = trace::readBytes(bytesOf(bytes));
    }
    trace::FrameReader reader(std::move(source), "t", kChain, ahead);
    trace::Frame frame;
    bool begun = false;
    for (int i = 0; i < 4 && !begun; ++i) {
      EXPECT_EQ(reader.next(frame), FrameStatus::kFrame);
      begun = threads() != before;
    }
    return begun;
  };
  const std::string large = made(1000, 8000, 3);
  ASSERT_GT(large.size(), std::size_t{512} << 10);
  const bool processors = std::thread::hardware_concurrency() > 1;
  EXPECT_EQ(begins(large, Ahead::kIfWorthIt, false), processors);
  EXPECT_FALSE(begins(large, Ahead::kNever, false));
  EXPECT_FALSE(begins(large, Ahead::kAlways, true)) << "what is being written";
  EXPECT_FALSE(begins(made(1000, 8000, 0), Ahead::kIfWorthIt, false)) << "not compressed";
  EXPECT_FALSE(begins(made(10, 8000, 3), Ahead::kIfWorthIt, false)) << "small";
  EXPECT_FALSE(begins(made(10'000, 300, 3), Ahead::kIfWorthIt, false)) << "in small pieces";
  // So many that the thread is not done with them before it is looked for.
  EXPECT_TRUE(begins(made(1000, 8000, 0), Ahead::kAlways, false));
}

// Says how far it was read, and fails where it is told to.
class Watched : public trace::ByteSource {
 public:
  Watched(const std::string& bytes, std::size_t failAt, std::atomic<std::size_t>& read)
      : bytes_(trace::readBytes(bytesOf(bytes))), failAt_(failAt), read_(read) {}

  trace::ByteSpan take(std::size_t size) override {
    if (read_ >= failAt_) throw EnvironmentError("the disk is gone");
    read_ += size;
    return bytes_->take(size);
  }
  void release(std::uint64_t offset) override { bytes_->release(offset); }
  bool atEnd() override { return bytes_->atEnd(); }
  std::uint64_t waiting() const override { return bytes_->waiting(); }
  bool seek(std::uint64_t offset) override { return bytes_->seek(offset); }

 private:
  std::unique_ptr<trace::ByteSource> bytes_;
  std::size_t failAt_;
  std::atomic<std::size_t>& read_;
};

TEST(UnpackAhead, WhatFailsInTheThreadFailsWhereItIsReached) {
  const std::string bytes = made(200, 3000, 3);
  const auto framesUntilFailure = [&bytes](Ahead ahead) {
    std::atomic<std::size_t> read{0};
    trace::FrameReader reader(std::make_unique<Watched>(bytes, bytes.size() / 2, read), "t", kChain,
                              ahead);
    trace::Frame frame;
    for (int frames = 0;; ++frames) {
      try {
        if (reader.next(frame) != FrameStatus::kFrame) return -1;
      } catch (const EnvironmentError& e) {
        EXPECT_STREQ(e.what(), "the disk is gone");
        return frames;
      }
    }
  };
  const int alone = framesUntilFailure(Ahead::kNever);
  EXPECT_GT(alone, 50);
  EXPECT_EQ(framesUntilFailure(Ahead::kAlways), alone);
}

TEST(UnpackAhead, DoesNotRunFarAhead) {
  // Twenty MiB in stored frames of the same size, of which the fifth has been taken.
  const std::string bytes = made(2000, 10'000, 0);
  std::atomic<std::size_t> read{0};
  trace::FrameReader reader(std::make_unique<Watched>(bytes, bytes.size() * 2, read), "t", kChain,
                            Ahead::kAlways);
  trace::Frame frame;
  for (int i = 0; i < 5; ++i) ASSERT_EQ(reader.next(frame), FrameStatus::kFrame);
  std::size_t far = 0;
  do {
    far = read;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  } while (far != read);
  EXPECT_GT(far, std::size_t{1} << 20);
  EXPECT_LT(far, std::size_t{3} << 20);
}

}  // namespace
}  // namespace exectrail::test
