// /proc and memory of real processes: one that lives, one that is over, one that never was; and the
// entry of an execve as its caller's memory has it.
#include "recorder/proc/process_reader.h"

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <string>

#include "recorder/proc/entry_reader.h"

namespace exectrail::recorder {
namespace {

using testing::ElementsAre;
using trace::EvidenceClass;

TEST(ProcessReader, AProcessThatLives) {
  int started[2];
  int input[2];  // never written to: the child waits for it
  ASSERT_EQ(::pipe(started), 0);
  ASSERT_EQ(::pipe(input), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(started[1], STDOUT_FILENO);
    ::dup2(input[0], STDIN_FILENO);
    if (::chdir("/usr") != 0) ::_exit(1);
    ::execl("/bin/sh", "sh", "-c", "echo; read x", "with space", "", "\xff", nullptr);
    ::_exit(1);
  }
  char byte = 0;
  ASSERT_EQ(::read(started[0], &byte, 1), 1);
  const ProcessReading reading = readProcess(child);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  for (const int fd : {started[0], started[1], input[0], input[1]}) ::close(fd);

  EXPECT_EQ(reading.executable.value, std::filesystem::canonical("/bin/sh").string());
  EXPECT_EQ(reading.executable.evidence.evidenceClass, EvidenceClass::kProcfs);
  EXPECT_THAT(reading.arguments.value,
              ElementsAre("sh", "-c", "echo; read x", "with space", "", "\xff"));
  EXPECT_EQ(reading.workingDirectory.value, "/usr");
  EXPECT_EQ(reading.comm.value, "sh");
  EXPECT_EQ(reading.parentPid.value, static_cast<std::uint32_t>(::getpid()));
  EXPECT_EQ(reading.credentials.value.realUid, ::getuid());
  EXPECT_EQ(reading.credentials.value.effectiveGid, ::getegid());
  EXPECT_TRUE(reading.file.known());
  EXPECT_EQ(reading.file.value.mode & 0170000U, 0100000U);
  EXPECT_EQ(reading.file.value.sizeBytes, std::filesystem::file_size("/bin/sh"));
  EXPECT_LE(reading.beginNs, reading.endNs);
}

TEST(ProcessReader, AZombieHasNoArgumentsRatherThanNone) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  siginfo_t info{};
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT), 0);
  const ProcessReading reading = readProcess(child);
  ::waitpid(child, nullptr, 0);
  EXPECT_FALSE(reading.executable.known());
  EXPECT_FALSE(reading.arguments.known());
  EXPECT_NE(reading.arguments.evidence.errorNumber, 0);
  EXPECT_EQ(reading.comm.value, "recorder_tests");
}

TEST(ProcessReader, AProcessThatNeverWas) {
  const ProcessReading reading = readProcess(0x7ffffff0);
  EXPECT_FALSE(reading.executable.known());
  EXPECT_EQ(reading.executable.evidence.errorNumber, ENOENT);
  EXPECT_FALSE(reading.startBoottimeNs.known());
  EXPECT_FALSE(reading.credentials.known());
}

TEST(ProcessReader, ImageTakesTheFacts) {
  const ProcessReading reading = readProcess(::getpid());
  trace::Image image;
  trace::Context context;
  fillImage(reading, image, context);
  EXPECT_EQ(image.executable.value, reading.executable.value);
  EXPECT_EQ(image.arguments.value.size(), reading.arguments.value.size());
  EXPECT_EQ(image.file, reading.file);
  EXPECT_EQ(context.session, reading.session);
}

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
