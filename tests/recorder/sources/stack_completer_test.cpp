// Reads our own first stack as that of a program whose strings the kernel's copy does not hold.
// One's own memory can be read without any privilege.
#include "recorder/sources/stack_completer.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "recorder/proc/proc_files.h"
#include "trace/file_descriptor.h"

namespace exectrail::recorder {
namespace {

using testing::IsEmpty;
using trace::EvidenceClass;

// proc_pid_stat(5), field 28: where the stack was when we began.
std::uint64_t firstStackPointer() {
  const std::string stat = readFileAt(AT_FDCWD, "/proc/self/stat", 4096).bytes;
  std::size_t at = stat.rfind(')') + 2;  // field 3
  for (int field = 3; field < 28; ++field) at = stat.find(' ', at) + 1;
  return std::strtoull(stat.c_str() + at, nullptr, 10);
}

class StackCompleterTest : public testing::Test {
 protected:
  // Our tables without any string; what the others have changed since we began is theirs.
  StackCompleterTest() : bytes_(std::size_t{64} << 10) {
    const FileDescriptor memory(::open("/proc/self/mem", O_RDONLY | O_CLOEXEC));
    const ssize_t got =
        ::pread(memory.get(), bytes_.data(), bytes_.size(), static_cast<off_t>(pointer_));
    bytes_.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    const StackTables tables = readStackTables(dump(), {});
    bytes_.resize(tables.end - pointer_);
    missing_ = decoder_.decode(dump(), {}, reading_);
  }

  StackDump dump() const { return {pointer_, false, bytes_}; }

  void complete(pid_t pid) {
    StackCompleter completer(decoder_);
    completer.complete(pid, dump(), missing_, reading_);
  }

  const std::uint64_t pointer_ = firstStackPointer();
  std::vector<std::byte> bytes_;
  const StackDecoder decoder_{{"PATH"}};
  StackReading reading_;
  std::vector<MemoryRange> missing_;
};

TEST_F(StackCompleterTest, StringsAreReadFromMemory) {
  EXPECT_FALSE(reading_.arguments.known());
  ASSERT_EQ(missing_.size(), 1U);
  complete(::getpid());
  const std::string line = readFileAt(AT_FDCWD, "/proc/self/cmdline", 1 << 16).bytes;
  EXPECT_EQ(reading_.arguments.value, splitArguments(line));
  EXPECT_EQ(reading_.arguments.evidence, (trace::Evidence{EvidenceClass::kProcfs, 0, false, 0}));
  EXPECT_TRUE(reading_.environment.known());
  EXPECT_GT(reading_.endNs, 0U);
}

TEST_F(StackCompleterTest, AProcessThatIsGone) {
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(0);
  ASSERT_EQ(::waitpid(pid, nullptr, 0), pid);
  complete(pid);
  EXPECT_FALSE(reading_.arguments.known());
  EXPECT_EQ(reading_.arguments.evidence.errorNumber, ESRCH);
  EXPECT_EQ(reading_.argumentShape.value.tail, 0U);
  EXPECT_GT(reading_.argumentShape.value.count, 0U);
  EXPECT_GT(reading_.endNs, 0U);
}

TEST_F(StackCompleterTest, TheMemoryOfAnotherImageIsNotTaken) {
  // Another image has its strings elsewhere, and so says its vector.
  for (std::size_t word = 0; word + 8 <= bytes_.size(); word += 8) {
    std::uint64_t value = 0;
    std::memcpy(&value, bytes_.data() + word, sizeof value);
    const StackTables tables = readStackTables(dump(), {});
    if (value != tables.randomAddress) continue;  // of AT_RANDOM
    value -= 4096;
    std::memcpy(bytes_.data() + word, &value, sizeof value);
    break;
  }
  complete(::getpid());
  EXPECT_FALSE(reading_.arguments.known());
  EXPECT_EQ(reading_.arguments.evidence.errorNumber, ESTALE);
  EXPECT_THAT(reading_.arguments.value, IsEmpty());
}

}  // namespace
}  // namespace exectrail::recorder
