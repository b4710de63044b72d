// Writing fails at every possible byte: what has reached the sink can be read, up to its last
// batch.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include "tests/support/traces.h"
#include "tests/trace/random_records.h"
#include "trace/errors.h"
#include "trace/file_descriptor.h"
#include "trace/reader.h"

namespace exectrail::test {
namespace {

// Takes a number of bytes, as a disk that fills up does, then fails.
class FullSink : public trace::ByteSink {
 public:
  explicit FullSink(std::size_t room) : room_(room) {}
  void write(const std::byte* data, std::size_t size) override {
    const std::size_t taken = std::min(size, room_ - bytes_.size());
    bytes_.append(reinterpret_cast<const char*>(data), taken);
    if (taken < size) throw EnvironmentError("no room");
  }
  const std::string& bytes() const { return bytes_; }

 private:
  std::size_t room_;
  std::string bytes_;
};

bool writeAll(trace::ByteSink& sink, const Records& records) {
  try {
    trace::Writer writer(sink, header());
    for (std::size_t i = 0; i < records.size(); ++i) {
      writer.add(records[i].record);
      if (i % 3 == 2) writer.flush();
    }
    writer.finish({});
    return true;
  } catch (const EnvironmentError&) {
    return false;
  }
}

TEST(WriteFault, WhatWasWrittenBeforeTheFailureCanBeRead) {
  const Records records = randomRecords(11, 9);
  MemorySink whole;
  ASSERT_TRUE(writeAll(whole, records));
  for (std::size_t room = 0; room < whole.bytes().size(); ++room) {
    FullSink sink(room);
    ASSERT_FALSE(writeAll(sink, records)) << room;
    ASSERT_EQ(sink.bytes(), whole.bytes().substr(0, room));
    try {
      const auto reader = trace::openTraceBytes(sink.bytes(), "t.trail");
      trace::Record record;
      std::size_t read = 0;
      while (reader->next(record)) ASSERT_EQ(record, records[read++].record);
      ASSERT_EQ(read % 3, 0U) << "part of a batch was read, room " << room;
      ASSERT_NE(reader->state().completeness, trace::Completeness::kComplete);
    } catch (const EnvironmentError&) {
      // Not even the header is whole.
    }
  }
}

TEST(WriteFault, AFullDeviceIsAnEnvironmentError) {
  const FileDescriptor full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  trace::FdSink sink(full.get(), "/dev/full");
  try {
    trace::Writer writer(sink, header());
    FAIL() << "nothing was thrown";
  } catch (const EnvironmentError& e) {
    EXPECT_STREQ(e.what(), "cannot write /dev/full: No space left on device");
  }
}

TEST(WriteFault, AReaderThatHasGoneIsNoError) {
  ::signal(SIGPIPE, SIG_IGN);
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  ::close(ends[0]);
  const FileDescriptor out(ends[1]);
  trace::FdSink sink(out.get(), "standard output");
  EXPECT_THROW(trace::Writer(sink, header()), trace::ReaderGone);
}

}  // namespace
}  // namespace exectrail::test
