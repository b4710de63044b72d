// The entry of an execve as its caller's memory has it.
#include "recorder/proc/entry_reader.h"

#include <gmock/gmock.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

namespace exectrail::recorder {
namespace {

using testing::ElementsAre;
using trace::EvidenceClass;

EnterEvent enter(const char* filename, const char* const* argv) {
  EnterEvent event;
  event.tid = ::getpid();
  event.filenameAddress = reinterpret_cast<std::uint64_t>(filename);
  event.argvAddress = reinterpret_cast<std::uint64_t>(argv);
  return event;
}

TEST(EntryReader, PathArgumentsAndDirectory) {
  const char* argv[] = {"./x", "", "a\nb", nullptr};
  const EntryReading reading = readEntry(enter("./x", argv));
  EXPECT_EQ(reading.typedPath.value, "./x");
  EXPECT_EQ(reading.typedPath.evidence.evidenceClass, EvidenceClass::kEntry);
  EXPECT_THAT(reading.arguments.value, ElementsAre("./x", "", "a\nb"));
  EXPECT_EQ(reading.workingDirectory.value, std::filesystem::current_path().string());
}

TEST(EntryReader, NoArgvIsAnEmptyOne) {
  const EntryReading reading = readEntry(enter("/x", nullptr));
  EXPECT_TRUE(reading.arguments.known());
  EXPECT_TRUE(reading.arguments.value.empty());
}

TEST(EntryReader, UnmappedMemoryIsUnknown) {
  const auto* nowhere = reinterpret_cast<const char*>(8);
  const char* argv[] = {"x", nowhere, nullptr};
  const EntryReading reading = readEntry(enter(nowhere, argv));
  EXPECT_FALSE(reading.typedPath.known());
  EXPECT_EQ(reading.typedPath.evidence.errorNumber, EFAULT);
  EXPECT_FALSE(reading.arguments.known());
}

TEST(EntryReader, AStringThatEndsAtTheLastMappedByte) {
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  auto* memory = static_cast<char*>(
      ::mmap(nullptr, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  ASSERT_NE(memory, MAP_FAILED);
  ::munmap(memory + page, page);
  const char text[] = "/tmp/edge";
  char* edge = memory + page - sizeof text;
  std::memcpy(edge, text, sizeof text);
  EXPECT_EQ(readEntry(enter(edge, nullptr)).typedPath.value, "/tmp/edge");
  ::munmap(memory, page);
}

TEST(EntryReader, LongPathsAndArgumentsAreMarkedAsCut) {
  const std::string longPath(10'000, 'p');
  std::vector<std::string> texts(40, std::string(2000, 'a'));
  std::vector<const char*> argv;
  for (const std::string& text : texts) argv.push_back(text.c_str());
  argv.push_back(nullptr);
  const EntryReading reading = readEntry(enter(longPath.c_str(), argv.data()));
  EXPECT_EQ(reading.typedPath.value.size(), 4096U);
  EXPECT_TRUE(reading.typedPath.evidence.truncated());
  EXPECT_LT(reading.arguments.value.size(), texts.size());
  EXPECT_TRUE(reading.arguments.evidence.truncated());
}

TEST(EntryReader, ExecveatOfADescriptorIsNamedAsTheKernelDoes) {
  EnterEvent event = enter("sub/x", nullptr);
  event.systemCall = trace::SystemCall::kExecveat;
  event.directoryFd = 7;
  EXPECT_EQ(readEntry(event).typedPath.value, "/dev/fd/7/sub/x");
  event.filenameAddress = reinterpret_cast<std::uint64_t>("");
  EXPECT_EQ(readEntry(event).typedPath.value, "/dev/fd/7");
  event.filenameAddress = reinterpret_cast<std::uint64_t>("/abs");
  EXPECT_EQ(readEntry(event).typedPath.value, "/abs");
}

}  // namespace
}  // namespace exectrail::recorder
