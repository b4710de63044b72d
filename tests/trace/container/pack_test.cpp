// A packed trace holds the same frames in the same order with the same chain, and packing a file
// leaves a whole trace under its name whatever happens on the way.
#include "trace/container/pack.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "tests/support/signing.h"
#include "tests/support/tries.h"
#include "tests/trace/container/frames.h"
#include "trace/errors.h"

namespace exectrail::test {
namespace {

using trace::FrameKind;
using trace::FrameStatus;

constexpr auto kChain = trace::FrameReader::Checks::kDigestsAndChain;

std::string contentOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// `batches` batches of about 1 kB, in runs of five, with a seal now and then.
std::string someTrace(int batches, const trace::SigningKey* key = nullptr, bool ended = true) {
  MemorySink sink;
  trace::FrameWriter writer(sink, 0, key);
  std::mt19937 random(5);
  writer.write(FrameKind::kHeader, 0, bytesOf("the header"));
  for (int i = 0; i < batches; ++i) {
    const std::string batch = std::string(random() % 1500, 'b') + std::to_string(random());
    writer.write(FrameKind::kBatch, i % 5 == 0 ? trace::kFresh : std::uint8_t{0}, bytesOf(batch));
    if (i % 7 == 6) writer.seal();
  }
  if (ended) {
    writer.write(FrameKind::kEnd, 0, bytesOf("the end"));
    writer.seal();
  }
  return sink.bytes();
}

std::string packedForm(const std::string& bytes, std::size_t packSize) {
  trace::FrameReader in(trace::readBytes(bytesOf(bytes)), "t.trail", kChain);
  MemorySink sink;
  trace::PackReport report;
  EXPECT_EQ(trace::packFrames(in, sink, {3, packSize}, report), FrameStatus::kEnd);
  EXPECT_EQ(report.bytesAfter, sink.bytes().size());
  EXPECT_EQ(report.head, in.head());
  return sink.bytes();
}

TEST(Pack, TheSameFramesAndTheSameChain) {
  const TestKey key;
  const std::string live = someTrace(100, &key.signing());
  const ReadFrames expected = readFrames(live, kChain);
  ASSERT_EQ(expected.status, FrameStatus::kEnd);
  for (const std::size_t packSize : {1U, 1000U, 20'000U, 10'000'000U}) {
    SCOPED_TRACE(packSize);
    const std::string rest = packedForm(live, packSize);
    EXPECT_LT(rest.size(), live.size());
    const ReadFrames read = readFrames(rest, kChain);
    EXPECT_EQ(read.status, FrameStatus::kEnd) << read.problem;
    EXPECT_EQ(read.contents, expected.contents);
    EXPECT_EQ(read.head, expected.head);
    EXPECT_EQ(packedForm(rest, packSize), rest) << "packing a packed trace changes it";
  }
}

TEST(Pack, ATraceOfNothing) {
  const std::string live = someTrace(0);
  EXPECT_EQ(packedForm(live, 1000), live);
}

TEST(Pack, ABatchTooLargeForAPack) {
  MemorySink sink;
  trace::FrameWriter writer(sink, 0, nullptr);
  writer.write(FrameKind::kHeader, 0, bytesOf("header"));
  const std::string large(trace::kMaxContentSize, 'x');
  writer.write(FrameKind::kBatch, trace::kFresh, bytesOf("small"));
  writer.write(FrameKind::kBatch, trace::kFresh, bytesOf(large));
  const ReadFrames read = readFrames(packedForm(sink.bytes(), 1 << 20), kChain);
  EXPECT_EQ(read.status, FrameStatus::kEnd) << read.problem;
  EXPECT_EQ(read.contents, (std::vector<std::string>{"header", "small", large}));
}

class PackFile : public testing::Test {
 protected:
  void write(const std::string& bytes) {
    std::ofstream(path_, std::ios::binary) << bytes;
    ::chmod(path_.c_str(), 0640);
  }
  void expectUntouched(const std::string& bytes) const {
    EXPECT_EQ(contentOf(path_), bytes);
    EXPECT_FALSE(std::filesystem::exists(path_ + ".packing"));
  }

  TemporaryFolder folder_;
  std::string path_ = folder_.path() + "/t.trail";
};

TEST_F(PackFile, ReplacesTheFileAndKeepsItsMode) {
  const std::string live = someTrace(50);
  write(live);
  const trace::PackReport report = trace::packFile(path_);
  EXPECT_EQ(report.kept, "");
  EXPECT_EQ(report.bytesBefore, live.size());
  EXPECT_EQ(report.bytesAfter, std::filesystem::file_size(path_));
  EXPECT_EQ(report.head, readFrames(live, kChain).head);
  EXPECT_EQ(readFrames(contentOf(path_), kChain).contents, readFrames(live).contents);
  struct stat status {};
  ASSERT_EQ(::stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0640U);
  EXPECT_FALSE(std::filesystem::exists(path_ + ".packing"));
}

TEST_F(PackFile, WhatIsNotWholeStaysAsItIs) {
  const std::string live = someTrace(20);
  std::string altered = live;
  altered[live.size() / 2] = static_cast<char>(altered[live.size() / 2] ^ 1);
  for (const auto& [bytes, why] : std::vector<std::pair<std::string, std::string>>{
           {someTrace(20, nullptr, false),
            "it has no end: the recorder was killed or is still writing"},
           {live.substr(0, live.size() - 3), "it stops inside frame"},
           {altered, "does not match its checksum"},
           {"no trace", "is not an Exectrail trace"}}) {
    write(bytes);
    const trace::PackReport report = trace::packFile(path_);
    EXPECT_NE(report.kept.find(why), std::string::npos) << report.kept;
    expectUntouched(bytes);
  }
}

TEST_F(PackFile, AFullDiskLeavesTheTraceAsItIs) {
  const std::string live = someTrace(200);
  const std::size_t needed = packedForm(live, 4000).size();
  ::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  for (std::size_t room = 1; room < needed; room += needed / 23) {
    write(live);
    rlimit limit = before;
    limit.rlim_cur = room;
    ::setrlimit(RLIMIT_FSIZE, &limit);
    const trace::PackReport report = trace::packFile(path_, {3, 4000});
    ::setrlimit(RLIMIT_FSIZE, &before);
    EXPECT_NE(report.kept.find("t.trail.packing: File too large"), std::string::npos)
        << room << ": " << report.kept;
    expectUntouched(live);
  }
}

TEST_F(PackFile, WhatSomebodyElsePutBesideItIsNotWrittenTo) {
  const std::string target = folder_.path() + "/victim";
  std::ofstream(target) << "precious";
  std::filesystem::create_symlink(target, path_ + ".packing");
  write(someTrace(5));
  EXPECT_EQ(trace::packFile(path_).kept, "");
  EXPECT_EQ(contentOf(target), "precious");
}

TEST_F(PackFile, KilledAtAnyMomentAWholeTraceIsThere) {
  const std::string live = someTrace(3000);
  const ReadFrames expected = readFrames(live, kChain);
  std::mt19937 random(11);
  int packed = 0;
  for (unsigned i = 0; i < test::tries(40); ++i) {
    write(live);
    const pid_t child = ::fork();
    if (child == 0) {
      trace::packFile(path_, {1, 100'000});
      ::_exit(0);
    }
    ::usleep(static_cast<useconds_t>(random() % 30'000));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    const std::string found = contentOf(path_);
    packed += found == live ? 0 : 1;
    const ReadFrames read = readFrames(found, kChain);
    ASSERT_EQ(read.status, FrameStatus::kEnd) << read.problem;
    ASSERT_EQ(read.head, expected.head);
    ASSERT_EQ(read.contents.size(), expected.contents.size());
  }
  RecordProperty("packed", packed);
}

}  // namespace
}  // namespace exectrail::test
