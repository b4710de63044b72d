// Which evidence wins when several sources saw one exec, and which mappings become records.
#include <gmock/gmock.h>

#include <cerrno>

#include "recorder/assembly/mapped_files.h"
#include "recorder/events/stack_reading.h"
#include "tests/recorder/assembly/assembler_fixture.h"

namespace exectrail::recorder {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using trace::EvidenceClass;

MapEvent mapped(const std::string& path, std::uint64_t inode, std::int32_t pid = 10) {
  return {pid, pid, 0x400000, 4096, path, {8, 1, inode, 3}};
}

CommEvent named(const std::string& comm) { return {10, 10, comm, true}; }

class ExecEvidenceTest : public AssemblerTest {
 protected:
  void SetUp() override {
    AssemblerTest::SetUp();
    assembler_->start(twoProcesses());
    lines_.clear();
    visitExec_ = [this](const trace::Exec& exec) {
      exec_ = exec;
      const trace::Image& image = exec.image;
      facts_ = shown(image.executable) + " " +
               std::string(name(image.executable.evidence.evidenceClass)) + ", comm " +
               shown(image.comm) + ", interpreter " + shown(exec.interpreter) + " " +
               std::string(name(exec.interpreter.evidence.evidenceClass)) + ", args";
      for (const trace::Bytes argument : image.arguments.value)
        facts_ += " " + std::string(argument);
      facts_ += " " + std::string(name(image.arguments.evidence.evidenceClass));
    };
  }

  trace::Exec exec_;  // its views are not valid any more
  std::string facts_;
};

std::shared_ptr<const StackReading> stack(const std::vector<std::string>& arguments) {
  auto made = std::make_shared<StackReading>();
  const auto count = static_cast<std::uint32_t>(arguments.size());
  made->arguments = {arguments, EvidenceClass::kImage};
  made->argumentShape = {{count, count}, EvidenceClass::kImage};
  made->secure = {true, EvidenceClass::kImage};
  return made;
}

TEST_F(ExecEvidenceTest, TheKernelsFactsWin) {
  auto slow = std::make_shared<ProcessReading>();
  slow->executable = {"/proc/said", EvidenceClass::kProcfs};
  slow->comm = {"changed", EvidenceClass::kProcfs};
  slow->arguments = {{"changed"}, EvidenceClass::kProcfs};
  ExecEvent exec{10, 10, "./x", slow, stack({"./x", "-v"})};
  receive({PrepareExecEvent{10, "./x", "./x"}, named("x"), mapped("/tmp/x", 42), exec});
  EXPECT_EQ(facts_, "/tmp/x kernel, comm x, interpreter  kernel, args ./x -v image");
  EXPECT_EQ(exec_.image.identity.value, (trace::FileIdentity{8, 1, 42, 3}));
  EXPECT_TRUE(exec_.image.secure.value);
}

TEST_F(ExecEvidenceTest, WithoutThemProcSpeaks) {
  auto read = std::make_shared<ProcessReading>();
  read->executable = {"/tmp/x", EvidenceClass::kProcfs};
  read->arguments = {{"./x"}, EvidenceClass::kProcfs};
  receive({ExecEvent{10, 10, "./x", read}});
  EXPECT_EQ(facts_, "/tmp/x procfs, comm ?, interpreter ? unknown, args ./x procfs");
  EXPECT_EQ(exec_.image.argumentShape.value, (trace::ArgumentShape{1, 1}));
}

TEST_F(ExecEvidenceTest, AScriptIsToldByTheKernelOrElseByItsArguments) {
  receive({PrepareExecEvent{10, "./s", "/bin/sh"}, named("s"), mapped("/usr/bin/dash", 7),
           ExecEvent{10, 10, "./s", nullptr, stack({"/bin/sh", "./s"})}});
  EXPECT_EQ(facts_,
            "/usr/bin/dash kernel, comm s, interpreter /bin/sh kernel, args /bin/sh ./s image");
  receive({named("s"), mapped("/usr/bin/dash", 7),
           ExecEvent{10, 10, "./s", nullptr, stack({"/bin/sh", "-e", "./s"})}});
  EXPECT_EQ(
      facts_,
      "/usr/bin/dash kernel, comm s, interpreter /bin/sh inferred, args /bin/sh -e ./s image");
  receive({named("sh"), mapped("/usr/bin/sh", 7),
           ExecEvent{10, 10, "/bin/sh", nullptr, stack({"/bin/sh", "/bin/sh"})}});
  EXPECT_EQ(facts_,
            "/usr/bin/sh kernel, comm sh, interpreter ? unknown, args /bin/sh /bin/sh image");
}

NamespacesEvent inUserNamespace(std::uint64_t user) {
  trace::Namespaces namespaces;
  namespaces.user = user;
  return {10, 10, namespaces};
}

TEST_F(ExecEvidenceTest, CredentialsAreThoseTheNewImageWasGiven) {
  auto given = std::make_shared<StackReading>();
  given->credentials = {{1000, 0, 1000, 1000}, EvidenceClass::kImage};
  auto later = std::make_shared<ProcessReading>();
  later->credentials = {{1000, 1000, 1000, 1000}, EvidenceClass::kProcfs};
  trace::Field<trace::Credentials> credentials;
  visitExec_ = [&](const trace::Exec& exec) { credentials = exec.image.context->credentials; };
  const ExecEvent exec{10, 10, "./x", later, given};
  receive({inUserNamespace(0xEFFFFFFD), exec});
  EXPECT_EQ(credentials, given->credentials);
  // Numbers of a user namespace of its own mean nothing on the host; /proc translates.
  receive({inUserNamespace(0xF0000001), exec});
  EXPECT_EQ(credentials, later->credentials);
}

TEST_F(ExecEvidenceTest, TheLoginIsTheCreatorsWhereNobodyCouldAsk) {
  auto read = std::make_shared<ProcessReading>();
  read->login = {{1000, 7}, EvidenceClass::kProcfs};
  trace::Field<trace::Login> login;
  visitExec_ = [&](const trace::Exec& exec) { login = exec.image.context->login; };
  receive({ExecEvent{10, 10, "sh", read}});
  EXPECT_EQ(login, read->login);
  receive({ForkEvent{10, 20, "sh"}, ExecEvent{20, 20, "./x"}});
  EXPECT_EQ(login.value, read->login.value);
  EXPECT_EQ(login.evidence.evidenceClass, EvidenceClass::kInferred);
}

TEST_F(ExecEvidenceTest, FactsOfAnotherFileAreNotUsed) {
  auto later = std::make_shared<ProcessReading>();
  later->file = {trace::FileFacts{8, 1, 99, 0100755, 0, 0, 1, 1, 0}, EvidenceClass::kProcfs};
  receive({named("x"), mapped("/tmp/x", 42), ExecEvent{10, 10, "./x", later}});
  EXPECT_FALSE(exec_.image.file.known());
  EXPECT_EQ(exec_.image.file.evidence.errorNumber, ESTALE);
}

TEST_F(ExecEvidenceTest, InAChangedRootThePathIsTheOneSeenFromOurs) {
  auto read = std::make_shared<ProcessReading>();
  read->executable = {"/tmp/root/usr/bin/x", EvidenceClass::kProcfs};
  read->file = {trace::FileFacts{8, 1, 42, 0100755, 0, 0, 1, 1, 0}, EvidenceClass::kProcfs};
  receive({named("x"), mapped("/usr/bin/x", 42), ExecEvent{10, 10, "/usr/bin/x", read}});
  EXPECT_EQ(exec_.image.executable.evidence.evidenceClass, EvidenceClass::kProcfs);
  EXPECT_THAT(facts_, testing::StartsWith("/tmp/root/usr/bin/x procfs"));
}

TEST_F(ExecEvidenceTest, APathThatIsTooLongForTheKernelIsNotTheNextMapping) {
  receive({named("x"), mapped("", 0), mapped("/usr/lib/ld.so", 2), ExecEvent{10, 10, "./x"}});
  EXPECT_FALSE(exec_.image.executable.known());
  EXPECT_FALSE(exec_.image.identity.known());
}

TEST_F(ExecEvidenceTest, AnExitThatPerfReportsInTheMiddleOfAnExecIsNone) {
  // As for a program with the set-user-id bit.
  receiveFromPerf({named("x"), ExitEvent{10, std::nullopt}, mapped("/usr/bin/su", 1)});
  receive({ExecEvent{10, 10, "/usr/bin/su"}, ExitEvent{10, true}});
  EXPECT_THAT(lines_,
              ElementsAre("exec 10.1@50 /usr/bin/su = /usr/bin/su by 1.0@5", "exit 10.1@50"));
}

TEST_F(ExecEvidenceTest, LibrariesOfTheSystemAreNotWorthARecord) {
  receive({named("x"), mapped("/usr/bin/x", 1),
           mapped("/usr/lib/x86_64-linux-gnu/ld-linux.so.2", 2), ExecEvent{10, 10, "x"},
           mapped("/usr/lib/x86_64-linux-gnu/libc.so.6", 3), mapped("/tmp/evil.so", 4),
           mapped("/tmp/evil.so", 4), mapped("//anon", 0), mapped("/usr/bin/x", 1)});
  EXPECT_THAT(lines_,
              ElementsAre("exec 10.1@50 x = /usr/bin/x by 1.0@5", "mapping 10.1@50 /tmp/evil.so"));
}

TEST_F(ExecEvidenceTest, AnInterpreterOfElfFromElsewhereIs) {
  receive({named("x"), mapped("/usr/bin/x", 1), mapped("/tmp/ld.so", 2), ExecEvent{10, 10, "x"}});
  EXPECT_THAT(lines_,
              ElementsAre("exec 10.1@50 x = /usr/bin/x by 1.0@5", "mapping 10.1@50 /tmp/ld.so"));
}

TEST_F(ExecEvidenceTest, WhatALoaderWasGivenIsToldWhereverItLies) {
  receive({named("ld"), mapped("/usr/lib64/ld-linux-x86-64.so.2", 1),
           ExecEvent{10, 10, "/lib64/ld-linux-x86-64.so.2"}, mapped("/usr/lib/p", 2),
           mapped("/usr/lib/libc.so.6", 3)});
  EXPECT_THAT(lines_, ElementsAre("exec 10.1@50 /lib64/ld-linux-x86-64.so.2 = "
                                  "/usr/lib64/ld-linux-x86-64.so.2 by 1.0@5",
                                  "mapping 10.1@50 /usr/lib/p loader target"));
}

TEST_F(ExecEvidenceTest, MappingsAreBounded) {
  receive({named("x"), mapped("/usr/bin/x", 1), ExecEvent{10, 10, "x"}});
  lines_.clear();
  for (std::uint64_t i = 0; i < 300; ++i) receive({mapped("/opt/" + std::to_string(i), 100 + i)});
  EXPECT_EQ(lines_.size(), kMostMappings);
  EXPECT_EQ(assembler_->counts().mappingsNotKept, 300 - kMostMappings);
}

TEST_F(ExecEvidenceTest, TheCgroupIsTheOneTheKernelNamed) {
  std::string cgroup;
  visitExec_ = [&](const trace::Exec& exec) { cgroup = shown(exec.image.context->cgroup); };
  ExecEvent exec{10, 10, "x"};
  exec.cgroupId = 77;
  receive({CgroupEvent{77, "/system.slice/cron.service"}, exec});
  EXPECT_EQ(cgroup, "/system.slice/cron.service");
}

// The kernel's path begins at the root of the process, which nobody has looked at.
TEST(FillExec, APathFromAnUnknownRootIsInferred) {
  const ExecEvent event{10, 10, "/usr/bin/x"};
  const std::string below = "/tmp/root/usr/bin/x", other = "/usr/bin/y";
  const auto executable = [&](bool rootKnown, const std::string* knownPath, bool read) {
    SideBand sideBand;
    sideBand.maps.push_back(mapped("/usr/bin/x", 42));
    const auto looked = reading(below);
    ExecEvidence evidence{event, sideBand};
    evidence.rootKnown = rootKnown;
    evidence.knownPath = knownPath;
    evidence.file = {trace::FileFacts{}, EvidenceClass::kProcfs};
    if (read) evidence.reading = looked.get();
    trace::Exec exec;
    trace::Context context;
    fillExec(evidence, exec, context);
    return shown(exec.image.executable) + " " +
           std::string(name(exec.image.executable.evidence.evidenceClass));
  };
  EXPECT_EQ(executable(true, nullptr, false), "/usr/bin/x kernel");
  EXPECT_EQ(executable(false, nullptr, false), "/usr/bin/x inferred");
  EXPECT_EQ(executable(false, &below, false), below + " inferred") << "where it was seen before";
  EXPECT_EQ(executable(false, &other, false), "/usr/bin/x inferred");
  EXPECT_EQ(executable(false, nullptr, true), below + " procfs");
}

TEST(FillExec, APathThatLeadsNowhereSaysSo) {
  const ExecEvent event{10, 10, "/usr/bin/x"};
  SideBand sideBand;
  sideBand.maps.push_back(mapped("/usr/bin/x", 42));
  const auto looked = reading("/usr/bin/x");
  ExecEvidence evidence{event, sideBand};
  evidence.reading = looked.get();
  evidence.unreachablePath = "(unreachable)/usr/bin/x";
  trace::Exec exec;
  trace::Context context;
  fillExec(evidence, exec, context);
  EXPECT_EQ(shown(exec.image.executable), "(unreachable)/usr/bin/x");
  EXPECT_EQ(exec.image.executable.evidence.evidenceClass, EvidenceClass::kInferred);
  EXPECT_EQ(exec.image.identity.value.inode, 42U);
}

TEST(MappedFiles, LoadersAreKnownByName) {
  for (const char* loader : {"/lib64/ld-linux-x86-64.so.2", "/lib/ld-musl-x86_64.so.1",
                             "/lib/ld-2.31.so", "/lib/ld.so.1", "/lib64/ld64.so.2"}) {
    EXPECT_TRUE(isLoader(loader)) << loader;
  }
  for (const char* other :
       {"/usr/bin/ld", "/usr/bin/ld.bfd", "/usr/lib/libldap.so.2", "/tmp/ldx.so"}) {
    EXPECT_FALSE(isLoader(other)) << other;
  }
}

}  // namespace
}  // namespace exectrail::recorder
