// The thread that writes: order, what a stalled, failing or full sink leads to, and that nobody
// waits for ever. Sinks of the tests stand for disks and readers.
#include "recorder/output/writer_thread.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <condition_variable>
#include <mutex>

#include "tests/recorder/output/batches.h"
#include "tests/support/traces.h"
#include "trace/errors.h"
#include "trace/reader.h"

namespace exectrail::recorder {
namespace {

using test::MemorySink;

// Blocks in write() until opened, then takes a number of bytes and fails.
class GatedSink : public trace::ByteSink {
 public:
  void write(const std::byte* data, std::size_t size) override {
    std::unique_lock lock(mutex_);
    if (fails_) throw trace::DiskFull("no room");
    changed_.wait(lock, [this] { return !closed_; });
    bytes_.append(reinterpret_cast<const char*>(data), size);
  }
  void closing() override {
    const std::lock_guard lock(mutex_);
    fails_ = false;  // the reserve for the end
  }
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  void open() {
    const std::lock_guard lock(mutex_);
    closed_ = false;
    changed_.notify_all();
  }
  void fill() {
    const std::lock_guard lock(mutex_);
    fails_ = true;
  }
  std::string bytes() {
    const std::lock_guard lock(mutex_);
    return bytes_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool closed_ = false;
  bool fails_ = false;
  std::string bytes_;
};

SealedBatch batchOf(std::uint32_t firstPid, std::uint32_t count) {
  test::Records records;
  for (std::uint32_t i = 0; i < count; ++i) {
    records.push_back(test::exec("/bin/x").pid(firstPid + i).at(firstPid + i));
  }
  return test::batchOf(records);
}

// Waits as the recording loop does.
void waitFor(const WriterThread& writer) {
  std::vector<int> fds;
  writer.descriptors(fds);
  pollfd polled{fds.at(0), POLLIN, 0};
  ASSERT_EQ(::poll(&polled, 1, 60'000), 1) << "the writer says nothing";
}

void waitUntilDone(WriterThread& writer) {
  while (!writer.done()) {
    waitFor(writer);
    writer.check();
  }
}

std::vector<std::uint32_t> pidsIn(const std::string& bytes, trace::ReadState& state,
                                  trace::End& end) {
  const auto reader = trace::openTraceBytes(bytes, "t.trail");
  std::vector<std::uint32_t> pids;
  for (trace::Record record; reader->next(record);) {
    pids.push_back(std::get<trace::Exec>(record.body).image.id.tgid);
  }
  state = reader->state();
  end = reader->end().value_or(trace::End{});
  return pids;
}

TEST(WriterThread, WritesEverythingInOrderAndSaysWhenItIsDone) {
  MemorySink sink;
  WriterThread writer(sink, test::header(), {});
  writer.start();
  std::vector<std::uint32_t> expected;
  for (std::uint32_t pid = 1; pid <= 3000; pid += 3) {
    writer.put(batchOf(pid, 3));
    for (std::uint32_t i = 0; i < 3; ++i) expected.push_back(pid + i);
  }
  writer.finish({.execs = 3000});
  waitUntilDone(writer);
  trace::ReadState state;
  trace::End end;
  EXPECT_EQ(pidsIn(sink.bytes(), state, end), expected);
  EXPECT_EQ(state.completeness, trace::Completeness::kComplete);
  EXPECT_EQ(end.execs, 3000U);
  EXPECT_EQ(writer.bytesWritten(), sink.bytes().size());
}

TEST(WriterThread, AStalledSinkMakesItFullAndNobodyWaits) {
  GatedSink sink;
  WriterThread writer(sink, test::header(), {}, 4096);
  writer.start();
  sink.close();
  std::uint32_t pid = 1;
  while (!writer.full()) {
    writer.put(batchOf(pid++, 1));
    ASSERT_LT(pid, 1000U);
  }
  EXPECT_FALSE(writer.done());
  sink.open();
  while (writer.full()) {
    waitFor(writer);
    writer.check();
  }
  writer.finish({});
  waitUntilDone(writer);
  trace::ReadState state;
  trace::End end;
  EXPECT_EQ(pidsIn(sink.bytes(), state, end).size(), pid - 1);
  EXPECT_EQ(state.completeness, trace::Completeness::kComplete);
}

TEST(WriterThread, AFullDiskIsThrownToTheOwnerAndTheEndCountsWhatIsMissing) {
  GatedSink sink;
  WriterThread writer(sink, test::header(), {});
  writer.start();
  const std::uint64_t headerBytes = writer.bytesWritten();
  writer.put(batchOf(1, 5));
  while (writer.bytesWritten() == headerBytes) std::this_thread::yield();
  sink.fill();
  writer.put(batchOf(6, 2));
  waitFor(writer);
  EXPECT_THROW(writer.check(), trace::DiskFull);
  writer.put(batchOf(8, 3));
  EXPECT_NO_THROW(writer.check()) << "a failure is told once";
  writer.finish({.execs = 10});
  waitUntilDone(writer);
  trace::ReadState state;
  trace::End end;
  const auto pids = pidsIn(sink.bytes(), state, end);
  EXPECT_EQ(state.completeness, trace::Completeness::kComplete);
  EXPECT_EQ(end.reason, trace::EndReason::kDiskFull);
  EXPECT_EQ(pids.size() + end.unwrittenRecords, 10U);
  EXPECT_EQ(pids.size(), 5U);
}

TEST(WriterThread, WhatGoesWrongOtherwiseEndsTheTraceWithoutAnEnd) {
  struct Broken : MemorySink {
    void write(const std::byte* data, std::size_t size) override {
      if (broken) throw trace::ReaderGone("gone");
      MemorySink::write(data, size);
    }
    std::atomic<bool> broken{false};
  } sink;
  WriterThread writer(sink, test::header(), {});
  writer.start();
  sink.broken = true;
  writer.put(batchOf(1, 1));
  // It may speak of the header first.
  const auto checkUntilItSays = [&writer] {
    while (!writer.done()) {
      waitFor(writer);
      writer.check();
    }
  };
  EXPECT_THROW(checkUntilItSays(), trace::ReaderGone);
  writer.finish({});
  waitUntilDone(writer);
  trace::ReadState state;
  trace::End end;
  EXPECT_TRUE(pidsIn(sink.bytes(), state, end).empty());
  EXPECT_EQ(state.completeness, trace::Completeness::kUnfinished);
}

TEST(WriterThread, DestroyedWithoutAnEndItWritesWhatItWasGiven) {
  MemorySink sink;
  {
    WriterThread writer(sink, test::header(), {});
    writer.start();
    for (std::uint32_t pid = 1; pid <= 100; ++pid) writer.put(batchOf(pid, 1));
  }
  trace::ReadState state;
  trace::End end;
  EXPECT_EQ(pidsIn(sink.bytes(), state, end).size(), 100U);
  EXPECT_EQ(state.completeness, trace::Completeness::kUnfinished);
}

TEST(WriterThread, CountsWhatIsInABatch) {
  const SealedBatch batch = batchOf(7, 3);
  EXPECT_EQ(batch.counts.records, 3U);
  EXPECT_EQ(batch.counts.execs, 3U);
  EXPECT_EQ(batch.counts.forks, 0U);
  EXPECT_EQ(batch.firstNs, 7U);
  EXPECT_EQ(batch.lastNs, 9U);
}

}  // namespace
}  // namespace exectrail::recorder
