// /proc texts as kernels and hostile processes make them.
#include "recorder/proc/proc_files.h"

#include <fcntl.h>
#include <gmock/gmock.h>

namespace exectrail::recorder {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Arguments, SplitAtNuls) {
  const auto split = [](std::string_view bytes) { return splitArguments(bytes); };
  EXPECT_THAT(split(std::string_view("a\0b c\0\0", 7)), ElementsAre("a", "b c", ""));
  EXPECT_THAT(split("no end"), ElementsAre("no end"));
  EXPECT_THAT(split(std::string_view("\0", 1)), ElementsAre(""));
  EXPECT_THAT(split(""), IsEmpty());
}

TEST(Numbers, OnlyWholeOnes) {
  EXPECT_EQ(parseNumber("42\n"), 42U);
  EXPECT_EQ(parseNumber("4294967295"), 4294967295U);
  for (const char* bad : {"", "-1", " 1", "1 ", "1x", "99999999999999999999"}) {
    EXPECT_FALSE(parseNumber(bad).has_value()) << bad;
  }
}

TEST(ReadFile, LimitAndErrors) {
  EXPECT_EQ(readFileAt(AT_FDCWD, "/nonexistent", 10).errorNumber, ENOENT);
  EXPECT_EQ(readFileAt(AT_FDCWD, "/tmp", 10).errorNumber, EISDIR);
  const ReadResult part = readFileAt(AT_FDCWD, "/proc/self/status", 10);
  EXPECT_EQ(part.bytes.size(), 10U);
  EXPECT_TRUE(part.truncated);
  const ReadResult whole = readFileAt(AT_FDCWD, "/proc/self/comm", 100);
  EXPECT_EQ(whole.bytes, "recorder_tests\n");
  EXPECT_FALSE(whole.truncated);
}

TEST(FileBufferTest, ReadsWithoutLookingForTheEnd) {
  FileBuffer buffer(100);
  const FileBuffer::Result whole = buffer.readFileAt(AT_FDCWD, "/proc/self/comm");
  EXPECT_EQ(whole.bytes, "recorder_tests\n");
  EXPECT_EQ(whole.errorNumber, 0);
  EXPECT_FALSE(whole.truncated);
  const FileBuffer::Result full = buffer.readFileAt(AT_FDCWD, "/proc/self/status");
  EXPECT_EQ(full.bytes.size(), 100U);
  EXPECT_TRUE(full.truncated);
  const FileBuffer::Result part = buffer.readFileAt(AT_FDCWD, "/proc/self/comm", 8);
  EXPECT_EQ(part.bytes, "recorder");
  EXPECT_TRUE(part.truncated);
  EXPECT_EQ(buffer.readFileAt(AT_FDCWD, "/nonexistent").errorNumber, ENOENT);
  EXPECT_EQ(buffer.readFileAt(AT_FDCWD, "/tmp").errorNumber, EISDIR);
}

TEST(FileBufferTest, Links) {
  FileBuffer buffer(100);
  EXPECT_EQ(buffer.readLinkAt(AT_FDCWD, "/proc/self/exe").bytes,
            readLinkAt(AT_FDCWD, "/proc/self/exe").bytes);
  EXPECT_EQ(buffer.readLinkAt(AT_FDCWD, "/tmp").errorNumber, EINVAL);
  FileBuffer small(3);
  EXPECT_EQ(small.readLinkAt(AT_FDCWD, "/proc/self/exe").bytes.size(), 3U);
  EXPECT_TRUE(small.readLinkAt(AT_FDCWD, "/proc/self/exe").truncated);
}

}  // namespace
}  // namespace exectrail::recorder
