// /proc texts as kernels and hostile processes make them.
#include "recorder/proc/proc_files.h"

#include <fcntl.h>
#include <gmock/gmock.h>

namespace exectrail::recorder {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// proc_pid_stat(5) with the given name; start time 228166, arguments at 0x7ffc0010 to 0x7ffc0042.
std::string statOf(const std::string& comm) {
  return "8068 (" + comm +
         ") S 1126 8068 1127 34816 8068 4194560 120 0 0 0 1 2 0 0 20 0 1 0 228166 4874240 800 "
         "18446744073709551615 1 2 3 0 0 0 0 0 0 0 0 0 17 1 0 0 0 0 0 4 5 6 2147221520 2147221570 "
         "7 8 0\n";
}

TEST(ProcStat, Fields) {
  const auto stat = parseStat(statOf("sh"));
  ASSERT_TRUE(stat.has_value());
  EXPECT_EQ(stat->comm, "sh");
  EXPECT_EQ(stat->state, 'S');
  EXPECT_EQ(stat->parentPid, 1126U);
  EXPECT_EQ(stat->sessionId, 1127U);
  EXPECT_EQ(stat->terminal, 34816U);
  EXPECT_EQ(stat->startTicks, 228166U);
  EXPECT_EQ(stat->argumentsEnd - stat->argumentsBegin, 50U);
}

TEST(ProcStat, ANameCannotForgeTheFieldsBehindIt) {
  for (const std::string name : {") S 1 1 1", "a b", "((", "x) R 1 (y", "", "\n"}) {
    const auto stat = parseStat(statOf(name));
    ASSERT_TRUE(stat.has_value()) << name;
    EXPECT_EQ(stat->comm, name);
    EXPECT_EQ(stat->parentPid, 1126U);
    EXPECT_EQ(stat->startTicks, 228166U);
  }
}

TEST(ProcStat, WhatIsNoStatIsRefused) {
  for (const char* text : {"", "8068", "8068 (sh", "8068 sh) S 1", ")(", "8068 (sh) S 1 2 3"}) {
    EXPECT_FALSE(parseStat(text).has_value()) << text;
  }
}

TEST(ProcStatus, Credentials) {
  const auto status = parseStatus(
      "Name:\tUid:\t9\nTgid:\t42\nUid:\t1000\t0\t0\t0\nGid:\t1001\t1002\t1002\t1002\nThreads:"
      "\t1\n");
  ASSERT_TRUE(status.has_value());
  EXPECT_EQ(status->tgid, 42U);
  EXPECT_EQ(status->credentials.realUid, 1000U);
  EXPECT_EQ(status->credentials.effectiveUid, 0U);
  EXPECT_EQ(status->credentials.realGid, 1001U);
  EXPECT_EQ(status->credentials.effectiveGid, 1002U);
  EXPECT_FALSE(parseStatus("Tgid:\t42\nUid:\t1000\t0\t0\t0\n").has_value());
}

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

}  // namespace
}  // namespace exectrail::recorder
