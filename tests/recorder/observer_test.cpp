// What a failed attempt was called with, put together from the kernel's copies.
#include "recorder/observer.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <cerrno>

#include "recorder/proc/entry_reader.h"

namespace exectrail::recorder {
namespace {

using testing::ElementsAre;
using trace::EvidenceClass;

std::shared_ptr<const EntryReading> copyOf(const std::string& path) {
  auto reading = std::make_shared<EntryReading>();
  reading->typedPath = {path, EvidenceClass::kEntry};
  reading->arguments = {{path, "-v"}, EvidenceClass::kEntry};
  reading->pathCopied = reading->argumentsCopied = true;
  return reading;
}

EnterEvent enter(std::int32_t tid, std::shared_ptr<const EntryReading> reading) {
  EnterEvent event;
  event.tid = tid;
  event.reading = std::move(reading);
  return event;
}

FailEvent fail(std::int32_t tid) { return {tid, trace::SystemCall::kExecve, EACCES}; }

class ObserverTest : public testing::Test {
 protected:
  // Gives the observer one drain; the readings of its failures.
  std::vector<std::shared_ptr<const EntryReading>> observe(std::vector<EventBody> bodies) {
    std::vector<Event> events;
    for (EventBody& body : bodies) events.push_back({now_++, 0, std::move(body)});
    observer_.readFailures(events);
    std::vector<std::shared_ptr<const EntryReading>> readings;
    for (const Event& event : events) {
      if (const auto* failed = std::get_if<FailEvent>(&event.body)) {
        readings.push_back(failed->reading);
      }
    }
    return readings;
  }

  std::uint64_t now_ = 5'000'000'000;
  Observer observer_{trace::FailedPolicy::kAll, {}, {.procfs = false}};
};

TEST_F(ObserverTest, TheKernelsOwnCopyOfThePathComesFirst) {
  const auto readings =
      observe({enter(7, copyOf("/tmp/changed")), OpenEvent{7, "/tmp/x"}, fail(7)});
  ASSERT_EQ(readings.size(), 1U);
  ASSERT_NE(readings[0], nullptr);
  EXPECT_EQ(readings[0]->typedPath.value, "/tmp/x");
  EXPECT_EQ(readings[0]->typedPath.evidence.evidenceClass, EvidenceClass::kKernel);
  EXPECT_THAT(readings[0]->arguments.value, ElementsAre("/tmp/changed", "-v"));
  EXPECT_EQ(readings[0]->arguments.evidence.evidenceClass, EvidenceClass::kEntry);
  EXPECT_TRUE(readings[0]->pathCopied);
  EXPECT_FALSE(readings[0]->targetExists.known());
}

TEST_F(ObserverTest, AnInterpreterThatWasLookedForMeansThatTheFileIsThere) {
  const auto readings = observe({enter(7, copyOf("/tmp/script")), OpenEvent{7, "/tmp/script"},
                                 OpenEvent{7, "/nonexistent/interpreter"}, fail(7)});
  ASSERT_NE(readings[0], nullptr);
  EXPECT_EQ(readings[0]->typedPath.value, "/tmp/script");
  EXPECT_EQ(readings[0]->targetExists, (trace::Field<bool>{true, EvidenceClass::kKernel}));
}

TEST_F(ObserverTest, WithoutAProbeOfTheKernelTheEntryHolds) {
  const auto readings = observe({enter(7, copyOf("/tmp/x")), fail(7)});
  ASSERT_NE(readings[0], nullptr);
  EXPECT_EQ(readings[0]->typedPath, (trace::Field<std::string>{"/tmp/x", EvidenceClass::kEntry}));
}

TEST_F(ObserverTest, EachCallHasItsOwn) {
  // Two threads at once; the second call of one; a call of which nothing was copied.
  const auto readings = observe({enter(7, copyOf("/a")), enter(8, copyOf("/b")), OpenEvent{8, "/b"},
                                 OpenEvent{7, "/a"}, fail(8), fail(7), enter(7, copyOf("/c")),
                                 fail(7), fail(7), enter(8, nullptr), fail(8)});
  ASSERT_EQ(readings.size(), 5U);
  EXPECT_EQ(readings[0]->typedPath.value, "/b");
  EXPECT_EQ(readings[1]->typedPath.value, "/a");
  EXPECT_EQ(readings[2]->typedPath.value, "/c");
  EXPECT_EQ(readings[3], nullptr);  // its entry was lost
  EXPECT_EQ(readings[4], nullptr);
}

TEST_F(ObserverTest, ANewCallForgetsWhatTheOneBeforeOpened) {
  const auto readings = observe({enter(7, copyOf("/bin/sh")), OpenEvent{7, "/bin/sh"},
                                 OpenEvent{7, "/lib/ld.so"}, enter(7, copyOf("/x")), fail(7)});
  EXPECT_EQ(readings[0]->typedPath.value, "/x");
  EXPECT_FALSE(readings[0]->targetExists.known());
}

TEST_F(ObserverTest, ACallMayTakeSeveralDrains) {
  observe({enter(7, copyOf("/a"))});
  observe({OpenEvent{7, "/a"}});
  EXPECT_EQ(observe({fail(7)})[0]->typedPath.evidence.evidenceClass, EvidenceClass::kKernel);
}

// Failures are drained before entries are: of a quick caller, the next call's comes with them.
TEST_F(ObserverTest, TheEntryOfALaterCallIsNotThatOfAFailure) {
  observe({enter(7, copyOf("/tmp/first"))});
  const std::uint64_t failedNs = now_++;
  observe({enter(7, copyOf("/tmp/second")), OpenEvent{7, "/tmp/second"}});
  std::vector<Event> events{{failedNs, 0, fail(7)}, {now_++, 0, fail(7)}};
  observer_.readFailures(events);
  EXPECT_EQ(std::get<FailEvent>(events[0].body).reading, nullptr);
  const auto second = std::get<FailEvent>(events[1].body).reading;
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(second->typedPath.value, "/tmp/second");
}

TEST_F(ObserverTest, SuccessesDoNotPileUp) {
  std::vector<EventBody> bodies;
  for (std::int32_t tid = 1; tid <= 200000; ++tid) bodies.push_back(enter(tid, nullptr));
  observe(std::move(bodies));
  now_ += 2'000'000'000;
  observe({enter(1, copyOf("/a"))});
  EXPECT_EQ(observe({fail(2)})[0], nullptr);
  EXPECT_EQ(observe({fail(1)})[0]->typedPath.value, "/a");
}

TEST_F(ObserverTest, OpeningsWithoutAnEntryAreNobodys) {
  EXPECT_EQ(observe({OpenEvent{7, "/sbin/modprobe"}, fail(7)})[0], nullptr);
}

// A caller that frees its memory at once leaves other bytes there.
TEST(ObserverOfMemory, APathThatNothingCanHaveRefusedIsNotKnown) {
  Observer observer{trace::FailedPolicy::kAll, {}, {}};
  const auto typed = [&](const char* path) {
    const char* arguments[] = {path, nullptr};
    EnterEvent entered;
    entered.tid = ::getpid();
    entered.filenameAddress = reinterpret_cast<std::uint64_t>(path);
    entered.argvAddress = reinterpret_cast<std::uint64_t>(arguments);
    std::vector<Event> events{{1, 0, entered}, {2, 0, fail(::getpid())}};
    observer.readFailures(events);
    return std::get<FailEvent>(events[1].body).reading;
  };
  const auto garbage = typed("\x80\x02\x7f");
  EXPECT_FALSE(garbage->typedPath.known());
  EXPECT_EQ(garbage->typedPath.evidence.errorNumber, ESTALE);
  EXPECT_FALSE(garbage->arguments.known());
  const auto real = typed("/bin/sh");
  EXPECT_EQ(real->typedPath.value, "/bin/sh");
  EXPECT_EQ(real->typedPath.evidence.evidenceClass, EvidenceClass::kInferred);
  EXPECT_TRUE(real->arguments.known());
}

TEST(ObserverOfDigests, WhoEndedHasNoneAndItSaysWhy) {
  FileHasher hasher;
  Observer observer(trace::FailedPolicy::kAll, {}, {.procfs = true, .hasher = &hasher});
  const std::int32_t self = ::getpid();
  std::vector<Event> events = {{1, 0, ExecEvent{self, self, "/x"}},
                               {2, 0, ExitEvent{self, std::nullopt}}};
  observer.readExecs(events, true);
  const ProcessReading& reading = *std::get<ExecEvent>(events[0].body).reading;
  EXPECT_EQ(reading.sha256.evidence.errorNumber, ESRCH);
  EXPECT_EQ(reading.hashTicket, 0U);
  EXPECT_EQ(hasher.counts().refused, 1U);
}

// Which of the processes of one drain are looked for in /proc: by the error of what was not.
class ReadingTest : public testing::Test {
 protected:
  static Event of(EventBody body) { return {1, 0, std::move(body)}; }
  static Event exec(std::int32_t tgid) { return of(ExecEvent{tgid, tgid, "/x"}); }

  std::vector<int> errorsOf(std::vector<Event> events, bool onlyLiving) {
    observer_.readExecs(events, onlyLiving);
    std::vector<int> errors;
    for (const Event& event : events) {
      if (const auto* exec = std::get_if<ExecEvent>(&event.body)) {
        errors.push_back(exec->reading->executable.evidence.errorNumber);
      }
    }
    return errors;
  }

  Observer observer_{trace::FailedPolicy::kAll, {}, {.procfs = true}};
};

TEST_F(ReadingTest, WhatEndedAfterItsExecIsNotLookedForInAStorm) {
  const std::int32_t self = ::getpid();
  const auto exit = [&] { return of(ExitEvent{self, std::nullopt}); };
  EXPECT_THAT(errorsOf({exec(self), exit()}, true), ElementsAre(ENOENT));
  EXPECT_THAT(errorsOf({exec(self), exit()}, false), ElementsAre(0)) << "it may not be reaped yet";
  // An exit before the exec is that of an earlier process of this number.
  EXPECT_THAT(errorsOf({exec(self), exit(), exec(self)}, true), ElementsAre(ENOENT, 0));
  EXPECT_THAT(errorsOf({exec(self), of(ExitEvent{self + 1, std::nullopt})}, true), ElementsAre(0));
}

}  // namespace
}  // namespace exectrail::recorder
