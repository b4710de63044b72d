// Events -> records: identity of images, threads, losses, and whose facts a reading of /proc holds.
#include <gmock/gmock.h>

#include "tests/recorder/assembly/assembler_fixture.h"

namespace exectrail::recorder {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using trace::EvidenceClass;

TEST_F(AssemblerTest, AShellAndItsChild) {
  assembler_->start(twoProcesses());
  receive({NewTaskEvent{20, 0}, ForkEvent{10, 20, "sh"},
           ExecEvent{20, 20, "./x", reading("/tmp/x")}, ExitEvent{20, true}});
  EXPECT_THAT(lines_, ElementsAre("snapshot 1.0@5 /sbin/p1", "snapshot 10.0@50 /sbin/p10",
                                  "fork 10.0@50 -> 20.0@101",
                                  "exec 20.1@101 ./x = /tmp/x by 10.0@50", "exit 20.1@101"));
  EXPECT_EQ(assembler_->counts().execs, 1U);
  EXPECT_EQ(assembler_->counts().forks, 1U);
  EXPECT_EQ(assembler_->counts().exits, 1U);
}

TEST_F(AssemblerTest, CreatorsComeBeforeWhatTheyCreated) {
  HostSnapshot snapshot = twoProcesses();
  // A pid smaller than its creator's, after the counter has wrapped.
  snapshot.at(1).reading.parentPid.value = 10;
  snapshot.at(1).reading.startBoottimeNs.value = 60;
  snapshot.at(10).reading.parentPid.value = 0;
  assembler_->start(snapshot);
  EXPECT_THAT(lines_, ElementsAre("snapshot 10.0@50 /sbin/p10", "snapshot 1.0@60 /sbin/p1"));
}

TEST_F(AssemblerTest, AParentYoungerThanItsChildIsNotItsCreator) {
  HostSnapshot snapshot = twoProcesses();
  // Each names the other: pids were used again while /proc was read.
  snapshot.at(1).reading.parentPid.value = 10;
  assembler_->start(snapshot);
  EXPECT_THAT(lines_, ElementsAre("snapshot 1.0@5 /sbin/p1", "snapshot 10.0@50 /sbin/p10"));
  // The same when /proc's ticks cannot tell who is older.
  snapshot.at(1).reading.startBoottimeNs.value = 50;
  make();
  assembler_->start(snapshot);
  EXPECT_EQ(lines_.size(), 2U);
}

TEST_F(AssemblerTest, AnExecByAThreadNobodyAnnouncedBelongsToItsProcess) {
  assembler_->start(twoProcesses());
  lines_.clear();
  receive({ExecEvent{10, 11, "/bin/x", reading("/bin/x")}});
  EXPECT_THAT(lines_, ElementsAre("exec 10.1@50 /bin/x = /bin/x by 1.0@5"));
}

TEST_F(AssemblerTest, AnImageOfTheSnapshotThatWasReplacedWhileItWasReadHasNoFacts) {
  HostSnapshot snapshot = twoProcesses();
  snapshot.at(10).imageReplaced = true;
  assembler_->start(snapshot);
  EXPECT_THAT(lines_, ElementsAre("snapshot 1.0@5 /sbin/p1", "snapshot 10.0@50 ?"));
}

TEST_F(AssemblerTest, AShellThatExecsInItsOwnPidIsAnotherImage) {
  assembler_->start(twoProcesses());
  lines_.clear();
  receive({NewTaskEvent{20, 0}, ForkEvent{10, 20, "p"},
           ExecEvent{20, 20, "/bin/bash", reading("/bin/bash")},
           ExecEvent{20, 20, "./x", reading("/tmp/x")}});
  EXPECT_THAT(lines_, ElementsAre("fork 10.0@50 -> 20.0@101",
                                  "exec 20.1@101 /bin/bash = /bin/bash by 10.0@50",
                                  "exec 20.2@101 ./x = /tmp/x by 10.0@50"));
}

TEST_F(AssemblerTest, ThreadsAreNoProcessesButCreateThem) {
  assembler_->start(twoProcesses());
  lines_.clear();
  receive({NewTaskEvent{11, kThread}, ForkEvent{10, 11, "p"}, NewTaskEvent{20, 0},
           ForkEvent{11, 20, "p"}, ExitEvent{11, false}, ExitEvent{10, true}});
  EXPECT_THAT(lines_, ElementsAre("fork 10.0@50 -> 20.0@103", "exit 10.0@50"));
}

TEST_F(AssemblerTest, AThreadThatExecsBecomesItsProcess) {
  assembler_->start(twoProcesses());
  lines_.clear();
  // The kernel ends the other threads, the leader among them, before the exec is done.
  receive({NewTaskEvent{11, kThread}, ForkEvent{10, 11, "p"}, ExitEvent{10, false},
           ExecEvent{10, 11, "/bin/x", reading("/bin/x")}, NewTaskEvent{20, 0},
           ForkEvent{10, 20, "x"}, ExitEvent{10, true}});
  EXPECT_THAT(lines_, ElementsAre("exec 10.1@50 /bin/x = /bin/x by 1.0@5",
                                  "fork 10.1@50 -> 20.0@105", "exit 10.1@50"));
}

TEST_F(AssemblerTest, WithoutTheKernelsWordTheLastThreadEndsTheProcess) {
  assembler_->start(twoProcesses());
  lines_.clear();
  receive({NewTaskEvent{11, kThread}, ForkEvent{10, 11, "p"}, ExitEvent{10, std::nullopt},
           ExitEvent{11, std::nullopt}});
  EXPECT_THAT(lines_, ElementsAre("exit 10.0@50"));
}

TEST_F(AssemblerTest, OnlyTheSubtreeIsRecorded) {
  useSubtreeOf(20);
  HostSnapshot snapshot = twoProcesses();
  assembler_->start(snapshot);
  lines_.clear();
  receive({NewTaskEvent{30, 0}, ForkEvent{1, 30, "other"},
           ExecEvent{30, 30, "/bin/other", reading("/bin/other")}, ExecEvent{99, 99, "/x", nullptr},
           NewTaskEvent{20, 0}, ForkEvent{10, 20, "p"},
           ExecEvent{20, 20, "/bin/make", reading("/bin/make")}, NewTaskEvent{21, 0},
           ForkEvent{20, 21, "make"}, ExecEvent{21, 21, "/bin/cc", reading("/bin/cc")},
           ExitEvent{30, true}, ExitEvent{20, true},
           // A daemon that lives on belongs to it.
           NewTaskEvent{22, 0}, ForkEvent{21, 22, "cc"}, ExitEvent{21, true}});
  EXPECT_THAT(
      lines_,
      ElementsAre("fork 10.0@50 -> 20.0@105", "exec 20.1@105 /bin/make = /bin/make by 10.0@50",
                  "fork 20.1@105 -> 21.0@108", "exec 21.1@108 /bin/cc = /bin/cc by 20.1@105",
                  "exit 20.1@105", "fork 21.1@108 -> 22.0@113", "exit 21.1@108"));
}

TEST_F(AssemblerTest, AReadingThatEndedAfterTheNextExecIsNobodys) {
  assembler_->start(twoProcesses());
  lines_.clear();
  receive({ExecEvent{10, 10, "/bin/a", reading("/bin/b", 0, 101)},
           ExecEvent{10, 10, "/bin/b", reading("/bin/b", 0, 105)}});
  EXPECT_THAT(lines_, ElementsAre("exec 10.1@50 /bin/a = ? by 1.0@5",
                                  "exec 10.2@50 /bin/b = /bin/b by 1.0@5"));
}

TEST_F(AssemblerTest, AReadingOfALaterProcessWithTheSamePidIsNotUsed) {
  assembler_->start(twoProcesses());
  lines_.clear();
  const std::uint64_t muchLater = 60'000'000'000;
  receive({NewTaskEvent{20, 0}, ForkEvent{10, 20, "p"},
           ExecEvent{20, 20, "/bin/a", reading("/bin/other", muchLater)}});
  EXPECT_THAT(lines_,
              ElementsAre("fork 10.0@50 -> 20.0@101", "exec 20.1@101 /bin/a = ? by 10.0@50"));
}

TEST_F(AssemblerTest, AForkThatBothTransportsReportIsOne) {
  assembler_->start(twoProcesses());
  lines_.clear();
  receiveFromPerf({ForkEvent{10, 20, "", 20}});
  receive({NewTaskEvent{20, 0}, ForkEvent{10, 20, "p"}, ExitEvent{20, true}});
  receiveFromPerf({ExitEvent{20, std::nullopt}});
  // The pid is used again, at once.
  receiveFromPerf({ForkEvent{10, 20, "", 20}});
  EXPECT_THAT(lines_,
              ElementsAre("fork 10.0@50 -> 20.0@100", "exit 20.0@100", "fork 10.0@50 -> 20.0@105"));
}

TEST_F(AssemblerTest, PerfTellsThreadsFromProcesses) {
  assembler_->start(twoProcesses());
  lines_.clear();
  receiveFromPerf({ForkEvent{10, 11, "", 10}, ForkEvent{11, 20, "", 20}});
  receive({NewTaskEvent{11, kThread}, ForkEvent{10, 11, "p"}, ExitEvent{11, false},
           ExitEvent{10, true}});
  EXPECT_THAT(lines_, ElementsAre("fork 10.0@50 -> 20.0@101", "exit 10.0@50"));
}

TEST_F(AssemblerTest, TheStatusComesWithTheExit) {
  assembler_->start(twoProcesses());
  lines_.clear();
  receive({ExitEvent{10, true}, ExitStatusEvent{10, 256, 10}});
  EXPECT_THAT(lines_, ElementsAre("exit 10.0@50 status 256"));
}

TEST_F(AssemblerTest, NamespacesAreInheritedUntilTheKernelTellsOfNewOnes) {
  assembler_->start(twoProcesses());
  std::vector<std::string> seen;
  visitExec_ = [&](const trace::Exec& exec) {
    const auto& field = exec.image.context->namespaces;
    seen.push_back(field.known() ? std::to_string(field.value.mount) + " " +
                                       std::string(name(field.evidence.evidenceClass))
                                 : "?");
  };
  constexpr std::uint64_t kNewMountNamespace = 0x00020000;
  const trace::Namespaces namespaces{7, 1, 1, 1, 1, 1, 1};
  receive({NamespacesEvent{10, 10, namespaces}, NewTaskEvent{20, 0}, ForkEvent{10, 20, "p"},
           ExecEvent{20, 20, "/x"}, NewTaskEvent{30, kNewMountNamespace}, ForkEvent{10, 30, "p"},
           ExecEvent{30, 30, "/x"}, NamespacesEvent{30, 30, {8, 1, 1, 1, 1, 1, 1}},
           ExecEvent{30, 30, "/x"}});
  EXPECT_THAT(seen, ElementsAre("7 inferred", "?", "8 kernel"));
}

TEST_F(AssemblerTest, AnExecOfAProcessNobodyAnnouncedIsKept) {
  assembler_->start({});
  receive({LossEvent{trace::Source::kTracefs, 0, 12},
           ExecEvent{77, 77, "/bin/x", reading("/bin/x", 5000)}});
  EXPECT_THAT(lines_, ElementsAre("gap of 12", "exec 77.1@5000 /bin/x = /bin/x by ?"));
  EXPECT_EQ(assembler_->counts().gaps, 1U);
  EXPECT_EQ(assembler_->counts().lostEvents, 12U);
}

TEST_F(AssemblerTest, APidThatIsUsedAgainIsAnotherProcess) {
  assembler_->start(twoProcesses());
  lines_.clear();
  receive({NewTaskEvent{20, 0}, ForkEvent{10, 20, "a"}, ExitEvent{20, true}, NewTaskEvent{20, 0},
           ForkEvent{1, 20, "b"}, ExecEvent{20, 20, "/b", nullptr}});
  EXPECT_THAT(lines_, ElementsAre("fork 10.0@50 -> 20.0@101", "exit 20.0@101",
                                  "fork 1.0@5 -> 20.0@104", "exec 20.1@104 /b = ? by 1.0@5"));
}

}  // namespace
}  // namespace exectrail::recorder
