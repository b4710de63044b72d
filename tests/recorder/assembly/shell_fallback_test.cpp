// A refused script whose path nobody could read: the shell that its caller becomes tells it, in the
// order of time, and nobody waits for that for long.
#include "recorder/assembly/shell_fallback.h"

#include <gmock/gmock.h>

#include <cerrno>

#include "recorder/events/stack_reading.h"
#include "tests/recorder/assembly/assembler_fixture.h"

namespace exectrail::recorder {
namespace {

using testing::ElementsAre;
using trace::EvidenceClass;
using Arguments = std::vector<std::string>;

constexpr std::uint64_t kSettle = OrderedMerge::kSettleNs;
constexpr std::uint64_t kRewrite = OrderedMerge::kRewriteNs;
constexpr std::uint64_t kFallback = OrderedMerge::kFallbackNs;

EnterEvent entered(std::int32_t tid) {
  EnterEvent enter;
  enter.tid = tid;
  return enter;
}

// What memory said of the path, until `readUntilNs`; empty: it could not be read.
FailEvent refused(std::int32_t tid, const std::string& path = "", std::uint64_t readUntilNs = 0,
                  int errorNumber = ENOEXEC) {
  auto made = std::make_shared<EntryReading>();
  made->typedPath = trace::Field<std::string>::unreadable(EFAULT);
  if (!path.empty()) made->typedPath = {path, EvidenceClass::kInferred};
  made->workingDirectory = {"/home", EvidenceClass::kProcfs};
  made->endNs = readUntilNs;
  FailEvent fail{tid, trace::SystemCall::kExecve, static_cast<std::uint16_t>(errorNumber)};
  fail.reading = made;
  return fail;
}

ExecEvent started(std::int32_t tid, const std::string& typed, Arguments arguments) {
  ExecEvent exec{tid, tid, typed};
  auto made = std::make_shared<StackReading>();
  const auto count = static_cast<std::uint32_t>(arguments.size());
  made->arguments = {std::move(arguments), EvidenceClass::kImage};
  made->argumentShape = {{count, count}, EvidenceClass::kImage};
  exec.stack = made;
  return exec;
}

const ExecEvent kShell = started(10, "/bin/sh", {"/bin/sh", "./x", "-v"});

class ShellFallbackTest : public AssemblerTest {
 protected:
  void SetUp() override {
    assembler_ = std::make_unique<Assembler>(
        settings_,
        [this](const trace::Record& record) {
          lines_.push_back(std::visit(Line{}, record.body));
          const auto* attempt = std::get_if<trace::Attempt>(&record.body);
          if (attempt == nullptr) return;
          paths_.push_back(shown(attempt->typedPath));
          evidence_ = attempt->typedPath.evidence;
        },
        merge_);
    assembler_->start(twoProcesses());
    lines_.clear();
  }

  // The path of the one attempt among the events; "?": unknown.
  std::string path(std::vector<EventBody> bodies) {
    paths_.clear();
    receive(std::move(bodies));
    EXPECT_EQ(paths_.size(), 1U);
    return paths_.empty() ? "" : paths_.front();
  }

  std::vector<std::string> paths_;
  trace::Evidence evidence_;  // of the last path
};

TEST_F(ShellFallbackTest, TheShellTellsWhatWasRefused) {
  EXPECT_EQ(path({entered(10), refused(10), entered(10), kShell}), "./x");
  EXPECT_EQ(evidence_, trace::Evidence{EvidenceClass::kInferred});
  EXPECT_THAT(lines_,
              ElementsAre("attempt 10.0@50 #1 errno 8 ./x", "exec 10.1@50 /bin/sh = ? by 1.0@5"));
}

TEST_F(ShellFallbackTest, AlsoWhereTheEntriesAreNotKnown) {
  FailEvent unread = refused(10);
  unread.reading = nullptr;
  EXPECT_EQ(path({unread, kShell}), "./x");
}

// The memory that was read may have been the shell's already.
TEST_F(ShellFallbackTest, IsBelievedBeforeMemoryInDoubt) {
  EXPECT_EQ(path({entered(10), refused(10, "garbage", 103), entered(10), kShell}), "./x");
  now_ = 200;
  EXPECT_EQ(path({entered(10), refused(10, "./read", 201), entered(10), kShell}), "./read");
}

TEST_F(ShellFallbackTest, TheShellOfBusyboxIsItself) {
  EXPECT_EQ(path({refused(10), started(10, "/proc/self/exe", {"ash", "/tmp/x"})}), "/tmp/x");
  EXPECT_EQ(path({refused(10), started(10, "/bin/busybox", {"ash", "/tmp/x"})}), "/tmp/x");
}

TEST_F(ShellFallbackTest, AThreadOfAProcessMayBecomeTheShell) {
  ExecEvent byThread = kShell;
  byThread.oldTid = 11;
  EXPECT_EQ(path({NewTaskEvent{11, kThread}, ForkEvent{10, 11, "x"}, refused(11), byThread}),
            "./x");
}

TEST_F(ShellFallbackTest, WithoutAShellThePathStaysUnknown) {
  EXPECT_EQ(path({entered(10), refused(10)}), "?");
  EXPECT_EQ(evidence_.errorNumber, EFAULT) << "why it could not be read";
  EXPECT_EQ(path({refused(10), entered(10)}), "?");
  EXPECT_EQ(path({refused(10), ExitEvent{10, true}}), "?");
}

TEST_F(ShellFallbackTest, AnotherThreadsShellTellsNothing) {
  EXPECT_EQ(path({refused(10), started(1, "/bin/sh", {"/bin/sh", "./other"})}), "?");
  ExecEvent byThread = started(10, "/bin/sh", {"/bin/sh", "./other"});
  byThread.oldTid = 11;
  EXPECT_EQ(path({NewTaskEvent{11, kThread}, ForkEvent{10, 11, "x"}, refused(10), byThread}), "?");
}

TEST_F(ShellFallbackTest, AnotherErrorIsNoReasonToBecomeAShell) {
  EXPECT_EQ(path({refused(10, "", 0, EACCES), kShell}), "?");
}

TEST_F(ShellFallbackTest, WhoTriesSomethingElseFirstIsNotFallingBack) {
  receive({refused(10), entered(10), refused(10, "./y", 101, EACCES), entered(10), kShell});
  EXPECT_THAT(paths_, ElementsAre("?", "./y"));
  // More calls than one: the first of them asked, and did not run anything.
  EXPECT_EQ(path({refused(10), entered(10), entered(10), entered(10), kShell}), "?");
}

TEST_F(ShellFallbackTest, AShellThatComesLateTellsNothing) {
  paths_.clear();
  const auto lateBy = [&](std::uint64_t ns) {
    const std::uint64_t atNs = now_;
    merge_.add({{atNs, 0, refused(10)}, {atNs + kFallback + ns, 0, kShell}});
    merge_.releaseAll([this](Event& event) { assembler_->receive(event); });
    now_ += 1'000'000'000;
  };
  lateBy(0);
  lateBy(1);
  EXPECT_THAT(paths_, ElementsAre("./x", "?"));
}

std::string told(const ExecEvent& exec) { return shown(refusedBefore(&exec)); }

TEST(ShellFallback, OtherProgramsAreNone) {
  EXPECT_EQ(shown(refusedBefore(nullptr)), "?");
  EXPECT_EQ(told(started(10, "/usr/bin/sh", {"sh", "./x"})), "./x");
  EXPECT_EQ(told(started(10, "/usr/bin/python3", {"python3", "./x"})), "?");
  EXPECT_EQ(told(started(10, "/usr/bin/python3", {"sh", "./x"})), "?");
  // A script called sh: the kernel puts its interpreter in front.
  EXPECT_EQ(told(started(10, "/tmp/sh", {"/usr/bin/env", "/tmp/sh"})), "?");
  EXPECT_EQ(told(started(10, "/bin/ls", {"ash", "./x"})), "?");
}

TEST(ShellFallback, AShellThatIsGivenNoScriptIsNone) {
  EXPECT_EQ(told(started(10, "/bin/sh", {"/bin/sh"})), "?");
  EXPECT_EQ(told(started(10, "/bin/sh", {"/bin/sh", ""})), "?");
  EXPECT_EQ(told(started(10, "/bin/sh", {"/bin/sh", "-c", "id"})), "?");
  EXPECT_EQ(told(started(10, "/bin/sh", {"/bin/sh", "+x", "./x"})), "?");
  EXPECT_EQ(told(started(10, "/bin/sh", {"/bin/sh", std::string(4095, 'x')})),
            std::string(4095, 'x'));
  EXPECT_EQ(told(started(10, "/bin/sh", {"/bin/sh", std::string(4096, 'x')})), "?");
}

TEST(ShellFallback, ArgumentsHaveToBeKnown) {
  EXPECT_EQ(told(ExecEvent{10, 10, "/bin/sh"}), "?");
  ExecEvent exec = kShell;
  StackReading unread = *exec.stack;
  unread.arguments = trace::Field<Arguments>::unreadable(EFAULT);
  exec.stack = std::make_shared<StackReading>(unread);
  EXPECT_EQ(told(exec), "?");
}

// Of many arguments there is a head and a tail; the last one of the head may be cut.
TEST(ShellFallback, APathThatMayBeCutIsNone) {
  const auto headOf = [](std::uint32_t count) {
    ExecEvent exec = started(10, "/bin/sh", {"/bin/sh", "./x", "a", "of the tail"});
    StackReading cut = *exec.stack;
    cut.arguments.evidence.originalLength = 100'000;
    cut.argumentShape.value = {5000, count};
    exec.stack = std::make_shared<StackReading>(cut);
    return exec;
  };
  EXPECT_EQ(told(headOf(1)), "?");
  EXPECT_EQ(told(headOf(2)), "?");
  EXPECT_EQ(told(headOf(3)), "./x");
}

// What comes out by when, and in which order.
class FallbackWait : public testing::Test {
 protected:
  std::vector<std::uint64_t> released(std::uint64_t drainedNs) {
    std::vector<std::uint64_t> times;
    merge_.release(drainedNs, [&](Event& event) { times.push_back(event.timeNs); });
    return times;
  }
  static Event at(std::uint64_t timeNs, EventBody body) { return {timeNs, 0, std::move(body)}; }

  using Times = std::vector<std::uint64_t>;
  OrderedMerge merge_;
};

TEST_F(FallbackWait, LastsUntilTheShellHasStarted) {
  merge_.add({at(10, refused(10)), at(20, ExitEvent{7, std::nullopt})});
  merge_.add({at(300'000, entered(10))});
  EXPECT_EQ(released(10 + kRewrite + kSettle), Times{}) << "it may be starting";
  merge_.add({at(4'000'000, kShell)});
  EXPECT_EQ(released(4'000'000 + kSettle - 1), Times{}) << "something may have come before it";
  EXPECT_EQ(released(4'000'000 + kSettle), (Times{10, 20, 300'000, 4'000'000}));
  EXPECT_EQ(merge_.lateEvents(), 0U);
}

TEST_F(FallbackWait, IsShortForWhoGoesOnToNothing) {
  merge_.add({at(10, refused(10)), at(20, ExitEvent{7, std::nullopt})});
  EXPECT_EQ(released(10 + kRewrite + kSettle - 1), Times{});
  EXPECT_EQ(released(10 + kRewrite + kSettle), (Times{10, 20}));
}

TEST_F(FallbackWait, EndsWithAnotherFailure) {
  constexpr std::uint64_t kAtNs = 10'000'000;
  merge_.add({at(kAtNs, refused(10)), at(kAtNs + 10, entered(10))});
  EXPECT_EQ(released(kAtNs + kRewrite + kSettle), Times{});
  merge_.add({at(kAtNs + kRewrite, refused(10, "./y", 0, EACCES))});
  EXPECT_EQ(released(kAtNs + kRewrite + kSettle), (Times{kAtNs, kAtNs + 10, kAtNs + kRewrite}));
}

TEST_F(FallbackWait, IsOnlyForWhatMayBeAScriptOfUnknownPath) {
  FailEvent copied = refused(10, "./x", 10);
  auto reading = std::make_shared<EntryReading>(*copied.reading);
  reading->pathCopied = true;
  copied.reading = reading;
  merge_.add({at(10, copied), at(20, entered(10)), at(30, refused(5, "", 30, EACCES)),
              at(40, entered(5)), at(50, refused(6, "./read", 50)), at(60 + kRewrite, entered(6))});
  EXPECT_EQ(released(50 + kRewrite), (Times{10, 20, 30, 40, 50}));
}

// A caller that never comes to an end of its next execve, again and again.
TEST_F(FallbackWait, IsBounded) {
  constexpr std::uint64_t kApartNs = 1'000'000;
  constexpr std::uint64_t kCount = 200;
  std::size_t count = 0;
  for (std::uint64_t i = 0; i < kCount; ++i) {
    const auto tid = static_cast<std::int32_t>(100 + i);
    const std::uint64_t atNs = 1000 + i * kApartNs;
    merge_.add({at(atNs, refused(tid)), at(atNs + 1, entered(tid)),
                at(atNs + 2, ExitEvent{7, std::nullopt})});
    const Times times = released(atNs);
    count += times.size();
    for (const std::uint64_t timeNs : times) {
      EXPECT_LE(atNs - timeNs, kFallback + kSettle + kApartNs);
    }
  }
  EXPECT_EQ(count, 3 * (kCount - 1 - kFallback / kApartNs))
      << "nobody waits behind them for longer";
  count += released(1000 + (kCount - 1) * kApartNs + kFallback + kSettle).size();
  EXPECT_EQ(count, 3 * kCount);
  EXPECT_TRUE(merge_.empty());
  EXPECT_EQ(merge_.lateEvents(), 0U);
}

}  // namespace
}  // namespace exectrail::recorder
