// Events -> records: identity of images, threads, failures, losses, and whose facts a reading of
// /proc holds. Records are compared as one line each.
#include "recorder/assembler.h"

#include <gmock/gmock.h>

#include <cerrno>
#include <memory>
#include <string>

#include "recorder/proc/entry_reader.h"
#include "recorder/proc/process_reader.h"

namespace exectrail::recorder {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using trace::EvidenceClass;

constexpr std::uint64_t kThread = 0x00010000;

std::string id(const trace::ImageId& image) {
  return std::to_string(image.tgid) + "." + std::to_string(image.execNumber) + "@" +
         std::to_string(image.startNs);
}

template <typename T>
std::string shown(const trace::Field<T>& field) {
  return field.known() ? std::string(field.value) : "?";
}

struct Line {
  std::string operator()(std::monostate) const { return "?"; }
  std::string operator()(const trace::Snapshot& r) const {
    return "snapshot " + id(r.image.id) + " " + shown(r.image.executable);
  }
  std::string operator()(const trace::Fork& r) const {
    return "fork " + id(r.creator) + " -> " + id(r.child);
  }
  std::string operator()(const trace::Exec& r) const {
    return "exec " + id(r.image.id) + " " + shown(r.typedPath) + " = " + shown(r.image.executable) +
           " by " + (r.image.creator.known() ? id(r.image.creator.value.id) : "?");
  }
  std::string operator()(const trace::Attempt& r) const {
    return "attempt " + id(r.caller) + " #" + std::to_string(r.number) + " errno " +
           std::to_string(r.errorNumber) + " " + shown(r.typedPath);
  }
  std::string operator()(const trace::Exit& r) const { return "exit " + id(r.image); }
  std::string operator()(const trace::Mapping& r) const {
    return "mapping " + id(r.image) + " " + shown(r.path);
  }
  std::string operator()(const trace::AttemptTally& r) const {
    return "tally " + id(r.caller) + " errno " + std::to_string(r.errorNumber) + " " +
           std::to_string(r.count);
  }
  std::string operator()(const trace::MountTable& r) const {
    return "mounts " + std::to_string(r.mounts.size());
  }
  std::string operator()(const trace::Heartbeat&) const { return "alive"; }
  std::string operator()(const trace::Gap& r) const {
    return "gap of " + std::to_string(r.lostEvents);
  }
};

std::shared_ptr<const ProcessReading> reading(const std::string& executable,
                                              std::uint64_t startNs = 0, std::uint64_t endNs = 0) {
  auto made = std::make_shared<ProcessReading>();
  made->executable = {executable, EvidenceClass::kProcfs};
  made->endNs = endNs;
  if (startNs != 0) made->startBoottimeNs = {startNs, EvidenceClass::kProcfs};
  return made;
}

class AssemblerTest : public testing::Test {
 protected:
  void useSubtreeOf(std::int32_t root) {
    settings_.scope = trace::Scope::kSubtree;
    make();
    assembler_->setRoot(root);
  }

  void make() {
    lines_.clear();
    assembler_ = std::make_unique<Assembler>(
        settings_,
        [this](const trace::Record& record) { lines_.push_back(std::visit(Line{}, record.body)); },
        merge_);
  }

  // Gives the events to the assembler in order, each one nanosecond after the other from 100 on.
  void receive(std::vector<EventBody> bodies) {
    std::vector<Event> events;
    for (EventBody& body : bodies) events.push_back({now_++, 0, std::move(body)});
    merge_.add(std::move(events));
    merge_.releaseAll([this](Event& event) { assembler_->receive(event); });
  }

  void SetUp() override { make(); }

  AssemblerSettings settings_;
  OrderedMerge merge_;
  std::unique_ptr<Assembler> assembler_;
  std::vector<std::string> lines_;
  std::uint64_t now_ = 100;
};

// Two processes that were there: 1 created 10.
HostSnapshot twoProcesses() {
  HostSnapshot snapshot;
  for (const std::uint32_t tgid : {10U, 1U}) {
    SnapshotProcess process;
    process.tgid = tgid;
    process.tids = {static_cast<std::int32_t>(tgid)};
    process.reading.startBoottimeNs = {tgid * 5, EvidenceClass::kProcfs};
    process.reading.parentPid = {tgid == 1 ? 0U : 1U, EvidenceClass::kProcfs};
    process.reading.executable = {"/sbin/p" + std::to_string(tgid), EvidenceClass::kProcfs};
    snapshot.emplace(tgid, std::move(process));
  }
  return snapshot;
}

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

EnterEvent entered(std::int32_t tid, const std::string& path, std::uint64_t readUntilNs) {
  auto made = std::make_shared<EntryReading>();
  made->typedPath = {path, EvidenceClass::kEntry};
  made->workingDirectory = {"/home", EvidenceClass::kProcfs};
  made->endNs = readUntilNs;
  EnterEvent enter;
  enter.tid = tid;
  enter.reading = made;
  return enter;
}

FailEvent failed(std::int32_t tid, int errorNumber) {
  return {tid, trace::SystemCall::kExecve, static_cast<std::uint16_t>(errorNumber)};
}

TEST_F(AssemblerTest, FailedAttemptsBelongToTheirImage) {
  assembler_->start(twoProcesses());
  lines_.clear();
  receive({entered(10, "./noexec", 0), failed(10, EACCES), entered(10, "/a/x", 0),
           failed(10, ENOENT), entered(10, "./text", 0), failed(10, ENOEXEC),
           ExecEvent{10, 10, "/bin/x", nullptr}, entered(10, "./again", 0), failed(10, EACCES)});
  EXPECT_THAT(
      lines_,
      ElementsAre("attempt 10.0@50 #1 errno 13 ./noexec", "attempt 10.0@50 #2 errno 8 ./text",
                  "exec 10.1@50 /bin/x = ? by 1.0@5", "attempt 10.1@50 #1 errno 13 ./again"));
  EXPECT_EQ(assembler_->counts().attempts, 3U);
  EXPECT_EQ(assembler_->counts().attemptsNotKept, 1U);
}

TEST_F(AssemblerTest, FailedPoliciesKeepAllOrNone) {
  settings_.failed = trace::FailedPolicy::kAll;
  make();
  assembler_->start(twoProcesses());
  lines_.clear();
  receive({entered(10, "/a/x", 0), failed(10, ENOENT)});
  EXPECT_THAT(lines_, ElementsAre("attempt 10.0@50 #1 errno 2 /a/x"));
  settings_.failed = trace::FailedPolicy::kNone;
  make();
  assembler_->start(twoProcesses());
  lines_.clear();
  receive({entered(10, "./x", 0), failed(10, EACCES)});
  EXPECT_THAT(lines_, IsEmpty());
  EXPECT_EQ(assembler_->counts().attemptsNotKept, 1U);
}

TEST_F(AssemblerTest, AFailureWithoutItsEntryHasNoPath) {
  assembler_->start(twoProcesses());
  lines_.clear();
  receive({failed(10, EACCES)});
  EXPECT_THAT(lines_, ElementsAre("attempt 10.0@50 #1 errno 13 ?"));
}

TEST_F(AssemblerTest, AnEntryReadWhileTheMemoryMayHaveGoneIsNotUsed) {
  assembler_->start(twoProcesses());
  lines_.clear();
  // Read until 103; at 102 another execve began, which succeeded.
  receive({entered(10, "garbage", 103), failed(10, ENOEXEC), entered(10, "/bin/sh", 0),
           ExecEvent{10, 10, "/bin/sh", reading("/bin/sh")}});
  EXPECT_THAT(lines_, ElementsAre("attempt 10.0@50 #1 errno 8 ?",
                                  "exec 10.1@50 /bin/sh = /bin/sh by 1.0@5"));
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

TEST_F(AssemblerTest, TheWorkingDirectoryOfTheEntryOutlivesAShortProgram) {
  assembler_ = std::make_unique<Assembler>(
      settings_,
      [this](const trace::Record& record) {
        if (const auto* exec = std::get_if<trace::Exec>(&record.body)) {
          lines_.push_back(shown(exec->image.workingDirectory) + " " +
                           (exec->image.arguments.known() ? "arguments" : "no arguments"));
        }
      },
      merge_);
  assembler_->start(twoProcesses());
  receive({entered(10, "./x", 0), ExecEvent{10, 10, "./x", nullptr}});
  EXPECT_THAT(lines_, ElementsAre("/home no arguments"));
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
