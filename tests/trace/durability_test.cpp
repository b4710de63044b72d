// What is left of a trace when the power goes, when the recorder is killed, when the disk is full
// or failing: everything that was synced, or written, and nothing that is wrong.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <functional>
#include <iterator>
#include <random>

#include "tests/support/signing.h"
#include "tests/support/traces.h"
#include "tests/trace/random_records.h"
#include "trace/container/verify.h"
#include "trace/errors.h"
#include "trace/file_descriptor.h"
#include "trace/reader.h"

namespace exectrail::test {
namespace {

using trace::Completeness;

constexpr std::uint64_t kMillisecond = 1'000'000;
constexpr std::uint64_t kSecond = 1'000 * kMillisecond;

// A disk behind a cache. What has been synced stays; of what was written after that, a power cut
// leaves any blocks and drops the others, and the file is as long as the last block that is left.
class CachedDisk : public trace::ByteSink {
 public:
  static constexpr std::size_t kBlock = 512;

  void write(const std::byte* data, std::size_t size) override {
    written_.append(reinterpret_cast<const char*>(data), size);
    ++writes_;
    if (afterEach_) afterEach_();
  }
  void sync() override {
    synced_ = written_.size();
    ++syncs_;
    if (afterEach_) afterEach_();
  }

  // Called at each moment at which the power may go: behind each write and each sync.
  void afterEach(std::function<void()> called) { afterEach_ = std::move(called); }

  std::string afterPowerCut(std::mt19937& random) const {
    std::string left = written_.substr(0, synced_);
    for (std::size_t at = synced_; at < written_.size();) {
      const std::size_t end = std::min(written_.size(), (at / kBlock + 1) * kBlock);
      if (random() % 3 != 0) {
        left.resize(at, '\0');
        left.append(written_, at, end - at);
      }
      at = end;
    }
    return left;
  }

  std::size_t writes() const { return writes_; }
  std::size_t syncs() const { return syncs_; }
  std::size_t size() const { return written_.size(); }

 private:
  std::string written_;
  std::size_t synced_ = 0;
  std::size_t writes_ = 0;
  std::size_t syncs_ = 0;
  std::function<void()> afterEach_;
};

// Reads what is there and compares it with what was written. Returns how many records there are.
std::size_t recordsIn(const std::string& bytes, const Records& written) {
  std::size_t count = 0;
  try {
    const auto reader = trace::openTraceBytes(bytes, "t.trail");
    trace::Record record;
    while (reader->next(record)) {
      EXPECT_LT(count, written.size());
      EXPECT_EQ(record, written[count].record) << count;
      ++count;
    }
    EXPECT_NE(reader->state().completeness, Completeness::kReading);
  } catch (const EnvironmentError&) {
    // Not even the header is left.
  }
  return count;
}

class PowerCut : public testing::TestWithParam<int> {};

TEST_P(PowerCut, AtAnyWriteLosesAtMostTheLastSecond) {
  const TestKey key;
  const Records records = randomRecords(3, 400);
  CachedDisk disk;
  trace::WriterSettings settings;
  settings.key = &key.signing();
  settings.compressionLevel = GetParam();
  std::mt19937 random(9);
  std::mt19937 blocks(10);
  std::uint64_t nowNs = 5 * kSecond;
  std::vector<std::uint64_t> flushedAtNs;  // by record
  std::size_t cuts = 0;
  disk.afterEach([&] {
    for (int cut = 0; cut < 2; ++cut, ++cuts) {
      const std::size_t left = recordsIn(disk.afterPowerCut(blocks), records);
      ASSERT_LE(left, flushedAtNs.size() + 1) << "a record that is being written may be there";
      if (left < flushedAtNs.size()) {
        ASSERT_LE(nowNs - flushedAtNs[left], kSecond) << "record " << left << " is missing";
      }
    }
  });
  trace::Writer writer(disk, header(), settings);
  for (const OwnedRecord& owned : records) {
    // A loop that wakes up for each record, or at the writer's own time.
    std::uint64_t nextNs = nowNs + random() % (100 * kMillisecond);
    while (writer.dueNs() && *writer.dueNs() < nextNs) {
      nowNs = std::max(nowNs, *writer.dueNs());
      writer.tick(nowNs);
    }
    nowNs = std::max(nowNs, nextNs);
    writer.add(owned.record);
    writer.flush();
    flushedAtNs.push_back(nowNs);
    writer.tick(nowNs);
  }
  EXPECT_GT(disk.syncs(), 10U);
  EXPECT_LT(disk.syncs(), 30U) << "400 records in 20 seconds";
  writer.finish({});
  EXPECT_EQ(cuts, 2 * (disk.writes() + disk.syncs()));
  EXPECT_EQ(recordsIn(disk.afterPowerCut(blocks), records), records.size());
}

INSTANTIATE_TEST_SUITE_P(Durability, PowerCut, testing::Values(0, 3),
                         [](const auto& level) { return "Level" + std::to_string(level.param); });

TEST(Durability, NothingIsSyncedWhenNothingWasWritten) {
  CachedDisk disk;
  trace::Writer writer(disk, header());
  EXPECT_FALSE(writer.dueNs().has_value()) << "until the first tick the writer knows no time";
  writer.tick(kSecond);
  EXPECT_EQ(writer.dueNs(), 2 * kSecond);
  writer.tick(2 * kSecond - 1);
  EXPECT_EQ(disk.syncs(), 0U);
  writer.tick(2 * kSecond);
  EXPECT_EQ(disk.syncs(), 1U);
  EXPECT_FALSE(writer.dueNs().has_value());
  const std::size_t size = disk.size();
  for (std::uint64_t second = 3; second < 100; ++second) writer.tick(second * kSecond);
  EXPECT_EQ(disk.syncs(), 1U);
  EXPECT_EQ(disk.size(), size) << "nothing new was signed either";
}

TEST(Durability, KilledAtAnyMomentWhatWasFlushedIsThere) {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/t.trail";
  const Records records = randomRecords(4, 600);
  std::mt19937 random(2);
  for (int round = 0; round < 40; ++round) {
    std::ofstream(path, std::ios::trunc).close();
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      const FileDescriptor file(::open(path.c_str(), O_WRONLY));
      trace::FdSink sink(file.get(), "t.trail");
      trace::Writer writer(sink, header());
      for (const OwnedRecord& owned : records) {
        writer.add(owned.record);
        writer.flush();
        if (::write(ends[1], "x", 1) != 1) ::_exit(1);
      }
      ::_exit(0);
    }
    ::close(ends[1]);
    std::vector<char> told(random() % records.size() + 1);
    std::size_t count = 0;
    while (count < told.size()) {
      const ssize_t got = ::read(ends[0], told.data(), told.size() - count);
      if (got <= 0) break;
      count += static_cast<std::size_t>(got);
    }
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    ::close(ends[0]);
    std::ifstream file(path, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    EXPECT_GE(recordsIn(bytes, records), count);
  }
}

// Room for so many bytes, and a reserve for the last words: what FdSink is on a small disk.
class SmallDisk : public trace::ByteSink {
 public:
  explicit SmallDisk(std::size_t room) : room_(room) {}
  void write(const std::byte* data, std::size_t size) override {
    if (bytes_.size() + size > room_) throw trace::DiskFull("no room");
    bytes_.append(reinterpret_cast<const char*>(data), size);
  }
  void closing() override { room_ += 4096; }
  void grow(std::size_t room) { room_ += room; }
  const std::string& bytes() const { return bytes_; }

 private:
  std::size_t room_;
  std::string bytes_;
};

TEST(Durability, AFullDiskIsSaidInTheTrace) {
  const Records records = randomRecords(5, 200);
  SmallDisk disk(20'000);
  trace::Writer writer(disk, header());
  std::size_t flushed = 0;
  std::size_t added = 0;
  bool full = false;
  while (!full && added < records.size()) {
    writer.add(records[added++].record);
    if (added % 3 != 0) continue;
    try {
      writer.flush();
      flushed = added;
    } catch (const trace::DiskFull&) {
      full = true;
    }
  }
  ASSERT_TRUE(full);
  writer.add(records[added++].record);  // one more before anybody noticed
  trace::End end;
  end.reason = trace::EndReason::kInterrupted;
  EXPECT_THROW(writer.finish(end), trace::DiskFull);
  EXPECT_EQ(recordsIn(disk.bytes(), records), flushed);
  const auto reader = trace::openTraceBytes(disk.bytes(), "t.trail");
  trace::Record record;
  while (reader->next(record)) {
  }
  EXPECT_EQ(reader->state().completeness, Completeness::kComplete) << reader->state().problem;
  EXPECT_EQ(reader->end()->reason, trace::EndReason::kDiskFull);
  EXPECT_EQ(reader->end()->unwrittenRecords, added - flushed);
}

TEST(Durability, WhatDidNotFitIsWrittenOnceThereIsRoom) {
  const Records records = randomRecords(6, 100);
  SmallDisk disk(10'000);
  trace::Writer writer(disk, header());
  bool wasFull = false;
  for (const OwnedRecord& owned : records) {
    writer.add(owned.record);
    try {
      writer.flush();
    } catch (const trace::DiskFull&) {
      wasFull = true;
      disk.grow(5'000);
    }
  }
  disk.grow(50'000);
  writer.finish({});
  EXPECT_TRUE(wasFull);
  EXPECT_EQ(recordsIn(disk.bytes(), records), records.size());
  EXPECT_TRUE(trace::verify(trace::readBytes(std::as_bytes(std::span(disk.bytes()))), "t", {},
                            [](trace::ByteSpan) { return std::nullopt; })
                  .good(false));
}

TEST(Durability, ADiskThatCannotSyncIsAnError) {
  class FailingDisk : public MemorySink {
   public:
    void sync() override { throw EnvironmentError("cannot bring t.trail to disk: I/O error"); }
  };
  FailingDisk disk;
  trace::Writer writer(disk, header());
  writer.tick(kSecond);
  EXPECT_THROW(writer.tick(3 * kSecond), EnvironmentError);
}

TEST(Durability, ASignedTraceIsSignedWithEachSync) {
  const TestKey key;
  trace::WriterSettings settings;
  settings.key = &key.signing();
  MemorySink disk;
  const Records records = randomRecords(8, 30);
  trace::Writer writer(disk, header(), settings);
  for (std::size_t i = 0; i < records.size(); ++i) {
    writer.add(records[i].record);
    writer.flush();
    writer.tick(i * kSecond / 2);
  }
  const trace::Digest256 noted = writer.head();
  const std::size_t unfinished = disk.bytes().size();
  writer.finish({});
  const auto check = [&](const std::string& bytes) {
    return trace::verify(trace::readBytes(std::as_bytes(std::span(bytes))), "t",
                         {key.publicKey(), noted}, [](trace::ByteSpan) { return std::nullopt; });
  };
  const trace::Verification whole = check(disk.bytes());
  EXPECT_TRUE(whole.good(true));
  EXPECT_EQ(whole.noted, trace::NotedHead::kEarlier);
  EXPECT_GT(whole.seals, 8U);
  const trace::Verification cut = check(disk.bytes().substr(0, unfinished));
  EXPECT_EQ(cut.wholeness, trace::Wholeness::kUnfinished);
  EXPECT_GE(cut.sealedBatches + 3, records.size()) << "all but the last second is signed";
}

}  // namespace
}  // namespace exectrail::test
