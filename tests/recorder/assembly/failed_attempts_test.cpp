// Failed attempts: whose they are, what they were called with, which are kept and how the others
// are counted.
#include "recorder/assembly/failed_attempts.h"

#include <gmock/gmock.h>

#include <cerrno>

#include "tests/recorder/assembly/assembler_fixture.h"

namespace exectrail::recorder {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using trace::EvidenceClass;

// The call, as the plain tracepoint has it.
EnterEvent entered(std::int32_t tid) {
  EnterEvent enter;
  enter.tid = tid;
  return enter;
}

// The failure, with what was read of the caller's memory until `readUntilNs`.
FailEvent failed(std::int32_t tid, int errorNumber, const std::string& path = "",
                 std::uint64_t readUntilNs = 0, trace::Field<bool> targetExists = {}) {
  FailEvent fail{tid, trace::SystemCall::kExecve, static_cast<std::uint16_t>(errorNumber)};
  if (path.empty()) return fail;
  auto made = std::make_shared<EntryReading>();
  made->typedPath = {path, EvidenceClass::kEntry};
  made->workingDirectory = {"/home", EvidenceClass::kProcfs};
  made->targetExists = targetExists;
  made->endNs = readUntilNs;
  fail.reading = made;
  return fail;
}

class FailedAttemptsTest : public AssemblerTest {
 protected:
  void begin(trace::FailedPolicy policy = trace::FailedPolicy::kNoteworthy) {
    settings_.failed = policy;
    make();
    assembler_->start(twoProcesses());
    lines_.clear();
  }
};

TEST_F(FailedAttemptsTest, BelongToTheirImage) {
  begin();
  receive({entered(10), failed(10, EACCES, "./noexec"), entered(10), failed(10, ENOENT, "/a/x"),
           entered(10), failed(10, ENOEXEC, "./text"), ExecEvent{10, 10, "/bin/x"}, entered(10),
           failed(10, EACCES, "./again")});
  EXPECT_THAT(lines_, ElementsAre("attempt 10.0@50 #1 errno 13 ./noexec",
                                  "attempt 10.0@50 #2 errno 8 ./text", "tally 10.0@50 errno 2 1",
                                  "exec 10.1@50 /bin/x = ? by 1.0@5",
                                  "attempt 10.1@50 #1 errno 13 ./again"));
  EXPECT_EQ(assembler_->counts().attempts, 3U);
  EXPECT_EQ(assembler_->counts().attemptsNotKept, 1U);
}

TEST_F(FailedAttemptsTest, PoliciesKeepAllOrNone) {
  begin(trace::FailedPolicy::kAll);
  receive({entered(10), failed(10, ENOENT, "/a/x")});
  EXPECT_THAT(lines_, ElementsAre("attempt 10.0@50 #1 errno 2 /a/x"));
  begin(trace::FailedPolicy::kNone);
  receive({entered(10), failed(10, EACCES, "./x"), ExitEvent{10, true}});
  EXPECT_THAT(lines_, ElementsAre("tally 10.0@50 errno 13 1", "exit 10.0@50"));
  EXPECT_EQ(assembler_->counts().attemptsNotKept, 1U);
}

TEST_F(FailedAttemptsTest, WhatNoPathSearchExplainsIsKept) {
  begin();
  // The file is there: it is its interpreter that is missing.
  receive({entered(10), failed(10, ENOENT, "./script", 0, {true, EvidenceClass::kProcfs}),
           entered(10),
           failed(10, ENOENT, "/usr/local/bin/ls", 0, {false, EvidenceClass::kProcfs})});
  EXPECT_THAT(lines_, ElementsAre("attempt 10.0@50 #1 errno 2 ./script"));
}

TEST_F(FailedAttemptsTest, AFloodIsCountedAndNamed) {
  begin();
  for (int i = 0; i < 1000; ++i) receive({entered(10), failed(10, EACCES)});
  assembler_->emitTallies(now_);
  ASSERT_EQ(lines_.size(), kMostAttemptsASecond + 1);
  EXPECT_EQ(lines_.back(), "tally 10.0@50 errno 13 " + std::to_string(1000 - kMostAttemptsASecond));
  // It is said once.
  assembler_->emitTallies(now_);
  EXPECT_EQ(lines_.size(), kMostAttemptsASecond + 1);
  // A second later it may speak again.
  now_ += 2'000'000'000;
  receive({entered(10), failed(10, EACCES)});
  EXPECT_EQ(lines_.size(), kMostAttemptsASecond + 2);
}

TEST_F(FailedAttemptsTest, AreToldOfWhenTheNumberIsGivenToAnotherProcess) {
  begin();
  receive({entered(10), failed(10, ENOENT), ForkEvent{1, 10, "x", 10}, ExitEvent{10, true}});
  EXPECT_THAT(lines_,
              ElementsAre("tally 10.0@50 errno 2 1", "fork 1.0@5 -> 10.0@102", "exit 10.0@102"));
}

// A caller that moves between processors may be told of late, when both are busy.
TEST_F(FailedAttemptsTest, OnesThatComeLateBeginNoSecond) {
  constexpr std::uint64_t kAtNs = 10'000'000'000;
  Failures failures;
  const auto keep = [&failures](std::uint64_t timeNs) {
    return keepAttempt(failures, trace::FailedPolicy::kNoteworthy, timeNs, EACCES, {});
  };
  std::uint32_t kept = 0;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    kept += keep(kAtNs + i * 1000) ? 1 : 0;
    kept += keep(kAtNs - 1000 - i * 1000) ? 1 : 0;
  }
  EXPECT_EQ(kept, kMostAttemptsASecond);
  ASSERT_EQ(failures.notKept.size(), 1U);
  const Failures::Tally& tally = failures.notKept.begin()->second;
  EXPECT_EQ(tally.count, 2000 - kMostAttemptsASecond);
  EXPECT_EQ(tally.fromNs, kAtNs - 1'000'000);
  EXPECT_EQ(tally.toNs, kAtNs + 999'000);
  EXPECT_TRUE(keep(kAtNs + 1'000'000'000));
}

TEST_F(FailedAttemptsTest, WithoutTheirCallHaveNoPath) {
  begin();
  receive({failed(10, EACCES)});
  EXPECT_THAT(lines_, ElementsAre("attempt 10.0@50 #1 errno 13 ?"));
}

// A seccomp filter that refuses a call does so before the kernel tells of the call.
TEST_F(FailedAttemptsTest, WhatIsKnownOfTheCallThatSucceededIsNotTheNextOnes) {
  begin();
  FailEvent refused = failed(10, EPERM, "/bin/filtered", 103);
  auto ofTheCallBefore = std::make_shared<EntryReading>(*refused.reading);
  ofTheCallBefore->pathCopied = ofTheCallBefore->argumentsCopied = true;
  ofTheCallBefore->calledNs = now_;
  refused.reading = ofTheCallBefore;
  receive({entered(10), ExecEvent{10, 10, "/bin/filtered"}, refused});
  EXPECT_EQ(lines_.back(), "attempt 10.1@50 #1 errno 1 ?");
  FailEvent own = refused;
  auto ofItsOwn = std::make_shared<EntryReading>(*ofTheCallBefore);
  ofItsOwn->calledNs = now_;
  own.reading = ofItsOwn;
  receive({entered(10), own});
  EXPECT_EQ(lines_.back(), "attempt 10.1@50 #2 errno 1 /bin/filtered");
}

TEST_F(FailedAttemptsTest, MemoryThatMayHaveGoneIsNotUsed) {
  begin();
  // Read until 103; at 102 another execve began, which succeeded.
  receive({entered(10), failed(10, ENOEXEC, "garbage", 103), entered(10),
           ExecEvent{10, 10, "/bin/sh", reading("/bin/sh")}});
  EXPECT_THAT(lines_, ElementsAre("attempt 10.0@50 #1 errno 8 ?",
                                  "exec 10.1@50 /bin/sh = /bin/sh by 1.0@5"));
}

TEST_F(FailedAttemptsTest, WhatTheKernelCopiedIsNeverInDoubt) {
  begin();
  // As in the test above, but the path was copied during the call.
  FailEvent fail = failed(10, ENOEXEC, "./real", 103);
  auto copied = std::make_shared<EntryReading>(*fail.reading);
  copied->pathCopied = true;
  copied->arguments = {{"garbage"}, EvidenceClass::kEntry};
  fail.reading = copied;
  std::vector<trace::Evidence> arguments;
  assembler_ = std::make_unique<Assembler>(
      settings_,
      [&](const trace::Record& record) {
        lines_.push_back(std::visit(Line{}, record.body));
        const auto* attempt = std::get_if<trace::Attempt>(&record.body);
        if (attempt != nullptr) arguments.push_back(attempt->arguments.evidence);
      },
      merge_);
  receive({entered(10), fail, entered(10), ExecEvent{10, 10, "/bin/sh", reading("/bin/sh")}});
  EXPECT_EQ(lines_.front().substr(lines_.front().find("errno")), "errno 8 ./real");
  EXPECT_THAT(arguments, ElementsAre(trace::Evidence{}));
}

}  // namespace
}  // namespace exectrail::recorder
