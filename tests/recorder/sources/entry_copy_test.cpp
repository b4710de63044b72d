// Where argv ends, and which of its strings are empty and which were not in memory, told from what
// the kernel copied.
#include "recorder/sources/entry_copy.h"

#include <gmock/gmock.h>

#include <cerrno>
#include <string>

namespace exectrail::recorder {
namespace {

using namespace std::string_literals;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::uint64_t kStack = 0x7ffc00001000;
constexpr std::uint64_t kHeap = 0x55d500002000;
constexpr std::uint64_t kNeverRead = 0x7f0000000000;  // a page of which nothing is known

// As for execve("/bin/x", {"x", "-c"}): argv on the stack, strings on the heap.
EntryCopy someCopy() {
  static const std::string file = "/bin/x\0"s;
  static const std::string first = "x\0"s;
  static const std::string second = "-c\0"s;
  EntryCopy copy;
  copy.filename = kHeap;
  copy.argv = kStack;
  copy.pointers = {kHeap + 8, kHeap + 16, 0, kNeverRead, 7, 0, 0, 0, 1};
  copy.file = file;
  copy.arguments[0] = first;
  copy.arguments[1] = second;
  return copy;
}

TEST(EntryCopy, ArgumentsUpToTheNullPointer) {
  EntryCopy copy = someCopy();
  // Past the end of argv there is something else, the environment for example.
  const std::string other = "SECRET=1\0"s;
  copy.pointers[4] = kHeap + 64;
  copy.arguments[4] = other;
  EXPECT_EQ(fileOf(copy).value, "/bin/x");
  const auto arguments = argumentsOf(copy);
  EXPECT_THAT(arguments.value, ElementsAre("x", "-c"));
  EXPECT_EQ(arguments.evidence, trace::Evidence{trace::EvidenceClass::kEntry});
}

TEST(EntryCopy, NullArgvIsEmpty) {
  EntryCopy copy = someCopy();
  copy.argv = 0;
  copy.arguments = {};
  EXPECT_TRUE(argumentsOf(copy).known());
  EXPECT_THAT(argumentsOf(copy).value, IsEmpty());
}

TEST(EntryCopy, AnEmptyStringOnAPageThatIsThere) {
  EntryCopy copy = someCopy();
  copy.arguments[0] = {};
  EXPECT_THAT(argumentsOf(copy).value, ElementsAre("", "-c"));
}

TEST(EntryCopy, AStringThatIsNotInMemory) {
  EntryCopy copy = someCopy();
  copy.arguments[0] = {};
  copy.pointers[0] = kNeverRead;
  const auto arguments = argumentsOf(copy);
  EXPECT_FALSE(arguments.known());
  EXPECT_EQ(arguments.evidence.errorNumber, EFAULT);
  EXPECT_EQ(fileOf(copy).value, "/bin/x");
}

TEST(EntryCopy, WhatIsSureOfIt) {
  EntryCopy copy = someCopy();
  copy.arguments[0] = {};
  copy.pointers[0] = kNeverRead;
  CopiedArguments part = partOf(copy);
  EXPECT_THAT(part.addresses, ElementsAre(kNeverRead, kHeap + 16));
  EXPECT_THAT(part.strings, ElementsAre(std::nullopt, "-c"));
  EXPECT_TRUE(part.ended);

  // The end is on a page that was not there.
  copy.argv = kStack + 4096 - 16;
  part = partOf(copy);
  EXPECT_THAT(part.addresses, ElementsAre(kNeverRead, kHeap + 16));
  EXPECT_FALSE(part.ended);

  // Nothing is.
  copy.arguments = {};
  part = partOf(copy);
  EXPECT_THAT(part.addresses, IsEmpty());
  EXPECT_FALSE(part.ended);
}

TEST(EntryCopy, AnArrayThatIsNotInMemory) {
  EntryCopy copy = someCopy();
  copy.arguments = {};
  // Nothing tells these pointers from what the buffer held before.
  copy.pointers = {};
  EXPECT_FALSE(argumentsOf(copy).known());
  EXPECT_EQ(argumentsOf(copy).evidence.errorNumber, EFAULT);
  // On the page of the file name, which was there, they are what they look like: argc is 0.
  copy.argv = kHeap + 128;
  EXPECT_TRUE(argumentsOf(copy).known());
  EXPECT_THAT(argumentsOf(copy).value, IsEmpty());
}

TEST(EntryCopy, TheNullPointerOnTheNextPage) {
  EntryCopy copy = someCopy();
  copy.argv = kStack + 4096 - 16;  // two pointers, then another page
  EXPECT_FALSE(argumentsOf(copy).known());
  copy.filename = kStack + 4096;  // which is there
  EXPECT_THAT(argumentsOf(copy).value, ElementsAre("x", "-c"));
}

TEST(EntryCopy, MoreArgumentsThanAreCopied) {
  const std::string text = "word\0"s;
  EntryCopy copy = someCopy();
  copy.pointers.fill(kHeap);
  copy.arguments.fill(text);
  auto arguments = argumentsOf(copy);
  EXPECT_EQ(arguments.value.size(), kCopiedArguments);
  EXPECT_TRUE(arguments.evidence.truncated());
  EXPECT_EQ(arguments.evidence.originalLength, kCopiedArguments * text.size() + 1);

  copy.pointers.back() = 0;
  arguments = argumentsOf(copy);
  EXPECT_EQ(arguments.value.size(), kCopiedArguments);
  EXPECT_FALSE(arguments.evidence.truncated());

  // The same, but whether it was read is not known.
  copy.argv = kStack + 4096 - 8 * kCopiedArguments;
  EXPECT_TRUE(argumentsOf(copy).evidence.truncated());
}

TEST(EntryCopy, AFaultInWords) {
  // As kernels before 6.1 write it. It may have taken the place of the strings behind it.
  const std::string fault = "(fault)\0"s;
  EntryCopy copy = someCopy();
  copy.arguments[0] = fault;
  EXPECT_FALSE(argumentsOf(copy).known());
  EXPECT_TRUE(fileOf(copy).known());

  copy = someCopy();
  copy.file = fault;
  EXPECT_FALSE(fileOf(copy).known());
  EXPECT_EQ(fileOf(copy).evidence.errorNumber, EFAULT);
  EXPECT_FALSE(argumentsOf(copy).known());

  // Where argv has ended every null pointer is one.
  copy = someCopy();
  copy.arguments[2] = fault;
  EXPECT_THAT(argumentsOf(copy).value, ElementsAre("x", "-c"));
  // And says nothing of the page that the pointer would be on.
  copy.argv = kStack + 4096 - 16;
  EXPECT_FALSE(argumentsOf(copy).known());
}

TEST(EntryCopy, AStringThatGrewWhileItWasCopied) {
  const std::string cut = "half";
  EntryCopy copy = someCopy();
  copy.arguments[0] = cut;
  const auto arguments = argumentsOf(copy);
  EXPECT_THAT(arguments.value, ElementsAre("half"));
  EXPECT_EQ(arguments.evidence.originalLength, 6U);
  copy.file = cut;
  EXPECT_EQ(fileOf(copy).evidence.originalLength, 5U);
}

}  // namespace
}  // namespace exectrail::recorder
