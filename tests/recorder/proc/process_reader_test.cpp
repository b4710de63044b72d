// /proc of real processes: one that lives, one that is over, one that never was.
#include "recorder/proc/process_reader.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <linux/capability.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "recorder/proc/cgroup.h"
#include "recorder/proc/proc_files.h"
#include "trace/file_descriptor.h"

namespace exectrail::recorder {
namespace {

using testing::ElementsAre;
using trace::EvidenceClass;

// A shell that waits, with arguments, directory and environment to be recognised.
class WaitingShell {
 public:
  WaitingShell() {
    int started[2] = {-1, -1};
    int input[2] = {-1, -1};
    EXPECT_EQ(::pipe2(started, O_CLOEXEC), 0);
    EXPECT_EQ(::pipe2(input, O_CLOEXEC), 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(started[1], STDOUT_FILENO);
      ::dup2(input[0], STDIN_FILENO);
      if (::chdir("/usr") != 0) ::_exit(1);
      const char* arguments[] = {"sh", "-c", "echo; read x", "with space", "", "\xff", nullptr};
      const char* variables[] = {"PATH=/bin", "LD_LIBRARY_PATH=/tmp/a b\n.so",
                                 "EMPTY=",    "NOT_ASKED=1",
                                 "PATHS=x",   "no equals sign",
                                 nullptr};
      ::execve("/bin/sh", const_cast<char**>(arguments), const_cast<char**>(variables));
      ::_exit(1);
    }
    char byte = 0;
    EXPECT_EQ(::read(started[0], &byte, 1), 1);
    for (const int fd : {started[0], started[1], input[0]}) ::close(fd);
    input_ = FileDescriptor(input[1]);  // never written to
  }
  ~WaitingShell() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = -1;
  FileDescriptor input_;
};

TEST(ProcessReader, AProcessThatLives) {
  const WaitingShell shell;
  const ProcessReading reading =
      ProcessReader({"PATH", "LD_LIBRARY_PATH", "EMPTY"}).read(shell.pid());
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
  EXPECT_THAT(reading.environment.value,
              ElementsAre("PATH=/bin", "LD_LIBRARY_PATH=/tmp/a b\n.so", "EMPTY="));
  EXPECT_EQ(reading.environment.evidence, trace::Evidence{EvidenceClass::kProcfs});
}

TEST(ProcessReader, PrivilegesAreThoseOfTheKernel) {
  const WaitingShell shell;
  const ProcessReading reading = ProcessReader().read(shell.pid());
  ASSERT_TRUE(reading.privileges.known());
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, shell.pid()};
  __user_cap_data_struct data[2] = {};
  ASSERT_EQ(::syscall(SYS_capget, &header, data), 0);
  const auto whole = [&](auto part) { return data[0].*part | std::uint64_t{data[1].*part} << 32; };
  EXPECT_EQ(reading.privileges.value.effective, whole(&__user_cap_data_struct::effective));
  EXPECT_EQ(reading.privileges.value.permitted, whole(&__user_cap_data_struct::permitted));
  EXPECT_EQ(reading.privileges.value.inheritable, whole(&__user_cap_data_struct::inheritable));
  EXPECT_EQ(reading.privileges.value.noNewPrivileges,
            ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
}

TEST(ProcessReader, WhereItLives) {
  const WaitingShell shell;
  const ProcessReading reading = ProcessReader().read(shell.pid());
  struct stat ours {};
  const auto inode = [&](const char* name) {
    EXPECT_EQ(::stat(name, &ours), 0);
    return ours.st_ino;
  };
  ASSERT_TRUE(reading.namespaces.known());
  EXPECT_EQ(reading.namespaces.value.mount, inode("/proc/self/ns/mnt"));
  EXPECT_EQ(reading.namespaces.value.uts, inode("/proc/self/ns/uts"));
  EXPECT_EQ(reading.namespaces.value.ipc, inode("/proc/self/ns/ipc"));
  EXPECT_EQ(reading.namespaces.value.pid, inode("/proc/self/ns/pid"));
  EXPECT_EQ(reading.namespaces.value.user, inode("/proc/self/ns/user"));
  EXPECT_EQ(reading.namespaces.value.net, inode("/proc/self/ns/net"));
  EXPECT_EQ(reading.namespaces.value.cgroup, inode("/proc/self/ns/cgroup"));
  const ReadResult lines = readFileAt(AT_FDCWD, "/proc/self/cgroup", 65536);
  EXPECT_EQ(reading.cgroup.value, *cgroupPath(lines.bytes));
  EXPECT_EQ(reading.containerId.value, containerIdIn(lines.bytes));
  EXPECT_EQ(reading.containerId.evidence.evidenceClass, EvidenceClass::kInferred);
}

TEST(ProcessReader, LoginIsWhatItsFilesSay) {
  const WaitingShell shell;
  ProcessReader reader;
  const std::string folder = "/proc/" + std::to_string(shell.pid());
  const ReadResult uid = readFileAt(AT_FDCWD, (folder + "/loginuid").c_str(), 32);
  const ReadResult session = readFileAt(AT_FDCWD, (folder + "/sessionid").c_str(), 32);
  for (int i = 0; i < 4; ++i) {  // the first times they are read, then known
    const auto login = reader.read(shell.pid()).login;
    ASSERT_EQ(login.known(), uid.errorNumber == 0);
    if (!login.known()) GTEST_SKIP() << "this kernel has no audit";
    EXPECT_EQ(login.value.uid, parseNumber(uid.bytes));
    EXPECT_EQ(login.value.sessionId, parseNumber(session.bytes));
  }
}

TEST(ProcessReader, OnlyWhatIsWanted) {
  const WaitingShell shell;
  ProcessReader reader({"PATH"});
  const ProcessReading none = reader.read(shell.pid(), 0);
  for (const trace::Evidence& evidence :
       {none.startBoottimeNs.evidence, none.parentPid.evidence, none.comm.evidence,
        none.session.evidence, none.executable.evidence, none.file.evidence,
        none.arguments.evidence, none.environment.evidence, none.workingDirectory.evidence,
        none.namespaces.evidence, none.cgroup.evidence, none.containerId.evidence,
        none.credentials.evidence, none.privileges.evidence, none.login.evidence}) {
    EXPECT_EQ(evidence, trace::Evidence{});
  }
  const ProcessReading some = reader.read(shell.pid(), facts::kFile | facts::kCredentials);
  EXPECT_TRUE(some.file.known() && some.credentials.known() && some.privileges.known());
  EXPECT_EQ(some.parentPid.value, static_cast<std::uint32_t>(::getpid()));
  EXPECT_EQ(some.executable.evidence, trace::Evidence{});
  EXPECT_EQ(some.login.evidence, trace::Evidence{});
}

TEST(ProcessReader, ALargeEnvironmentIsMarkedAsCut) {
  int input[2] = {-1, -1};
  ASSERT_EQ(::pipe2(input, O_CLOEXEC), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(input[0], STDIN_FILENO);
    std::vector<std::string> variables(4, "X=" + std::string(100'000, 'x'));
    variables[1] = "WANTED=1";
    variables.push_back("LATE=1");
    std::vector<char*> pointers;
    for (std::string& variable : variables) pointers.push_back(variable.data());
    pointers.push_back(nullptr);
    const char* arguments[] = {"cat", nullptr};
    ::execve("/bin/cat", const_cast<char**>(arguments), pointers.data());
    ::_exit(1);
  }
  ProcessReader reader({"WANTED", "LATE"});
  ProcessReading reading;
  // The name is changed first, the environment is in its place a moment later.
  const auto done = [&] {
    return reading.comm.value == "cat" && !reading.environment.value.empty();
  };
  for (int i = 0; i < 2000 && !done(); ++i) {
    ::usleep(10'000);
    reading = reader.read(child);
  }
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ::close(input[0]);
  ::close(input[1]);
  EXPECT_THAT(reading.environment.value, ElementsAre("WANTED=1"));
  EXPECT_EQ(reading.environment.evidence.originalLength, kMaxEnvironmentBytes + 1);
}

TEST(ProcessReader, AZombieHasNoArgumentsRatherThanNone) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  siginfo_t info{};
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT), 0);
  const ProcessReading reading = ProcessReader().read(child);
  ::waitpid(child, nullptr, 0);
  EXPECT_FALSE(reading.executable.known());
  EXPECT_FALSE(reading.arguments.known());
  EXPECT_NE(reading.arguments.evidence.errorNumber, 0);
  EXPECT_EQ(reading.comm.value, "recorder_tests");
}

TEST(ProcessReader, AZombieHasNoEnvironmentRatherThanNone) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  siginfo_t info{};
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT), 0);
  const ProcessReading reading = ProcessReader({"PATH"}).read(child);
  ::waitpid(child, nullptr, 0);
  EXPECT_FALSE(reading.environment.known());
  EXPECT_NE(reading.environment.evidence.errorNumber, 0);
}

TEST(ProcessReader, AProcessThatNeverWas) {
  const ProcessReading reading = ProcessReader().read(0x7ffffff0);
  EXPECT_FALSE(reading.executable.known());
  EXPECT_EQ(reading.executable.evidence.errorNumber, ENOENT);
  EXPECT_FALSE(reading.startBoottimeNs.known());
  EXPECT_FALSE(reading.credentials.known());
}

TEST(ProcessReader, ImageTakesTheFacts) {
  const ProcessReading reading = ProcessReader({"PATH"}).read(::getpid());
  EXPECT_FALSE(reading.environment.value.empty());
  trace::Image image;
  trace::Context context;
  fillImage(reading, image, context);
  EXPECT_EQ(image.executable.value, reading.executable.value);
  EXPECT_EQ(image.arguments.value.size(), reading.arguments.value.size());
  EXPECT_EQ(image.file, reading.file);
  EXPECT_EQ(context.session, reading.session);
  EXPECT_EQ(context.privileges, reading.privileges);
  EXPECT_EQ(context.namespaces, reading.namespaces);
  EXPECT_EQ(context.cgroup.value, reading.cgroup.value);
  EXPECT_EQ(context.containerId.evidence, reading.containerId.evidence);
  EXPECT_EQ(context.environment.value.size(), reading.environment.value.size());
}

}  // namespace
}  // namespace exectrail::recorder
