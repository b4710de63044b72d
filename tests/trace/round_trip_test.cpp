// What is written is what is read: every kind of record, any bytes, any batch size, and whether it
// comes from a file, a pipe or memory.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <thread>

#include "tests/support/traces.h"
#include "tests/trace/random_records.h"
#include "trace/file_descriptor.h"
#include "trace/reader.h"

namespace exectrail::test {
namespace {

using trace::Completeness;

trace::End end() { return {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, trace::EndReason::kDuration, 11}; }

std::string written(const Records& records, std::size_t perBatch) {
  MemorySink sink;
  trace::Writer writer(sink, header());
  std::size_t held = 0;
  for (const OwnedRecord& owned : records) {
    writer.add(owned.record);
    if (++held % perBatch == 0) writer.flush();
  }
  writer.finish(end());
  EXPECT_EQ(writer.bytesWritten(), sink.bytes().size());
  return sink.bytes();
}

// Reads to the end and compares each record with what was written.
void expectRecords(trace::Reader& reader, const Records& expected) {
  EXPECT_EQ(reader.header(), header());
  trace::Record record;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    ASSERT_TRUE(reader.next(record)) << reader.state().problem;
    ASSERT_EQ(record, expected[i].record) << "record " << i;
  }
  EXPECT_FALSE(reader.next(record));
  EXPECT_EQ(reader.state().completeness, Completeness::kComplete);
  EXPECT_EQ(reader.state().problem, "");
  ASSERT_TRUE(reader.end().has_value());
  EXPECT_EQ(*reader.end(), end());
}

TEST(RoundTrip, RandomRecordsInBatchesOfAnySize) {
  for (std::uint32_t seed = 0; seed < 20; ++seed) {
    const Records records = randomRecords(seed, 60);
    for (const std::size_t perBatch : {1U, 2U, 7U, 60U, 1000U}) {
      SCOPED_TRACE("seed " + std::to_string(seed) + ", batch " + std::to_string(perBatch));
      const std::string bytes = written(records, perBatch);
      expectRecords(*trace::openTraceBytes(bytes, "memory"), records);
    }
  }
}

TEST(RoundTrip, UnalignedMemory) {
  const Records records = randomRecords(1, 30);
  for (std::size_t shift = 1; shift < 8; ++shift) {
    const std::string shifted = std::string(shift, '.') + written(records, 7);
    expectRecords(*trace::openTraceBytes(trace::Bytes(shifted).substr(shift), "memory"), records);
  }
}

TEST(RoundTrip, FileAndPipe) {
  const Records records = randomRecords(2, 500);
  const std::string bytes = written(records, 40);

  char path[] = "/tmp/exectrail-test-XXXXXX";
  const FileDescriptor file(::mkstemp(path));
  ASSERT_EQ(::write(file.get(), bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  expectRecords(*trace::openTrace(path), records);
  ::unlink(path);

  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const FileDescriptor in(ends[0]);
  std::thread feeder([&] {
    const FileDescriptor out(ends[1]);
    // In pieces that never match a frame.
    for (std::size_t at = 0; at < bytes.size(); at += 1013) {
      const std::size_t size = std::min<std::size_t>(1013, bytes.size() - at);
      ASSERT_EQ(::write(out.get(), bytes.data() + at, size), static_cast<ssize_t>(size));
    }
  });
  expectRecords(*trace::openTraceStream(in.get(), "pipe"), records);
  feeder.join();
}

TEST(RoundTrip, BatchEndIsKnownAsSoonAsItsLastRecordIsRead) {
  const Records records = randomRecords(3, 10);
  const std::string bytes = written(records, 4);
  const auto reader = trace::openTraceBytes(bytes, "memory");
  trace::Record record;
  std::string ends;
  while (reader->next(record)) ends += reader->atBatchEnd() ? '|' : '.';
  EXPECT_EQ(ends, "...|...|.|");
}

TEST(RoundTrip, StringsOfABatchAreStoredOnce) {
  Records once;
  Records often;
  const std::string path = "/" + std::string(2000, 'x');
  once.push_back(exec(path));
  for (int i = 0; i < 100; ++i) often.push_back(exec(path));
  const std::size_t growth = written(often, 1000).size() - written(once, 1000).size();
  EXPECT_LT(growth / 99, 500U);
}

TEST(RoundTrip, LargeBatchesAreSealedOnTheWay) {
  MemorySink sink;
  trace::Writer writer(sink, header());
  for (int i = 0; i < 10'000; ++i) writer.add(exec("/bin/x" + std::to_string(i)).record());
  EXPECT_GT(sink.bytes().size(), std::size_t{1} << 20) << "nothing was sealed before flush()";
}

}  // namespace
}  // namespace exectrail::test
