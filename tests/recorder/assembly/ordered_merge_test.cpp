// Events of several CPUs, read in rounds, come out in order of time, each once.
#include "recorder/assembly/ordered_merge.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>

#include "recorder/proc/entry_reader.h"
#include "recorder/proc/process_reader.h"

namespace exectrail::recorder {
namespace {

constexpr std::uint64_t kSettle = OrderedMerge::kSettleNs;

Event exitAt(std::uint64_t timeNs, std::int32_t tid = 1) {
  return {timeNs, 0, ExitEvent{tid, std::nullopt}};
}

Event execAt(std::uint64_t timeNs, std::int32_t tgid, std::uint64_t readUntilNs = 0) {
  ExecEvent exec{tgid, tgid, "/bin/x", nullptr};
  if (readUntilNs != 0) {
    auto reading = std::make_shared<ProcessReading>();
    reading->endNs = readUntilNs;
    exec.reading = reading;
  }
  return {timeNs, 0, exec};
}

Event enterAt(std::uint64_t timeNs, std::int32_t tid) {
  EnterEvent enter;
  enter.tid = tid;
  return {timeNs, 0, enter};
}

Event failAt(std::uint64_t timeNs, std::int32_t tid) {
  return {timeNs, 0, FailEvent{tid, trace::SystemCall::kExecve, 13}};
}

std::vector<std::uint64_t> released(OrderedMerge& merge, std::uint64_t drainedNs) {
  std::vector<std::uint64_t> times;
  merge.release(drainedNs, [&](Event& event) { times.push_back(event.timeNs); });
  return times;
}

using Times = std::vector<std::uint64_t>;

TEST(OrderedMerge, HoldsWhatMayNotBeTheNextYet) {
  OrderedMerge merge;
  merge.add({exitAt(10), exitAt(30)});
  EXPECT_EQ(released(merge, 20), Times{});
  EXPECT_EQ(released(merge, 10 + kSettle), Times{10});
  merge.add({exitAt(20)});
  EXPECT_EQ(released(merge, 30 + kSettle), (Times{20, 30}));
  EXPECT_TRUE(merge.empty());
  EXPECT_EQ(merge.lateEvents(), 0U);
}

TEST(OrderedMerge, LateEventsArePassedOnAndCounted) {
  OrderedMerge merge;
  merge.add({exitAt(30)});
  EXPECT_EQ(released(merge, 30 + kSettle), Times{30});
  merge.add({exitAt(20)});
  EXPECT_EQ(released(merge, 30 + kSettle), Times{20});
  EXPECT_EQ(merge.lateEvents(), 1U);
}

TEST(OrderedMerge, AnExecWaitsForTheEndOfItsReading) {
  OrderedMerge merge;
  merge.add({execAt(10, 5, 10 * kSettle)});
  EXPECT_EQ(released(merge, 9 * kSettle), Times{});
  EXPECT_EQ(released(merge, 10 * kSettle), Times{10});
}

TEST(OrderedMerge, KnowsTheNextExecOfAProcess) {
  OrderedMerge merge;
  merge.add({execAt(10, 5), execAt(20, 6), execAt(30, 5), execAt(40, 5)});
  Times next;
  merge.releaseAll([&](Event&) { next.push_back(merge.nextExecOf(5)); });
  EXPECT_EQ(next, (Times{30, 30, 40, 0}));
}

constexpr std::uint64_t kPathAddress = 0x7ffc0000;

bool doubtAtFirst(std::vector<Event> events, std::int32_t tid, std::uint64_t untilNs) {
  OrderedMerge merge;
  merge.add(std::move(events));
  bool first = true;
  bool doubt = false;
  merge.releaseAll([&](Event&) {
    if (first) doubt = merge.memoryInDoubt(tid, untilNs, kPathAddress);
    first = false;
  });
  return doubt;
}

TEST(OrderedMerge, MemoryIsInDoubtFromTheNextAttemptOn) {
  // Nothing further is known of the thread.
  EXPECT_FALSE(doubtAtFirst({failAt(10, 5)}, 5, 100));
  // It called again while we read, whatever came of it.
  EXPECT_TRUE(doubtAtFirst({failAt(10, 5), enterAt(20, 5)}, 5, 100));
  EXPECT_TRUE(doubtAtFirst({failAt(10, 5), enterAt(20, 5), failAt(30, 5)}, 5, 100));
  EXPECT_TRUE(doubtAtFirst({failAt(10, 5), enterAt(20, 5), execAt(200, 5)}, 5, 100));
  // Reading was over by then.
  EXPECT_FALSE(doubtAtFirst({failAt(10, 5), enterAt(120, 5), execAt(200, 5)}, 5, 100));
  // Another thread's calls do not matter.
  EXPECT_FALSE(doubtAtFirst({failAt(10, 5), enterAt(20, 6), execAt(200, 6)}, 5, 100));
}

TEST(OrderedMerge, MemoryIsInDoubtWhereTheNextPathIsWritten) {
  const auto calledFrom = [](std::uint64_t address, std::uint64_t timeNs) {
    Event event = enterAt(timeNs, 5);
    std::get<EnterEvent>(event.body).filenameAddress = address;
    return event;
  };
  constexpr std::uint64_t kRewrite = OrderedMerge::kRewriteNs;
  // Reading ended at 100, when the caller may have been writing the path of its next call.
  EXPECT_TRUE(doubtAtFirst({failAt(10, 5), calledFrom(kPathAddress, 120)}, 5, 100));
  EXPECT_TRUE(doubtAtFirst({failAt(10, 5), calledFrom(kPathAddress, 100 + kRewrite)}, 5, 100));
  EXPECT_FALSE(doubtAtFirst({failAt(10, 5), calledFrom(kPathAddress, 101 + kRewrite)}, 5, 100));
  // A path of its own.
  EXPECT_FALSE(doubtAtFirst({failAt(10, 5), calledFrom(kPathAddress + 16, 120)}, 5, 100));
}

TEST(OrderedMerge, AFailureWaitsUntilTheNextPathCouldBeWritten) {
  OrderedMerge merge;
  Event event = failAt(10, 5);
  EntryReading reading;
  reading.endNs = 10 * kSettle;
  std::get<FailEvent>(event.body).reading = std::make_shared<const EntryReading>(reading);
  merge.add({event});
  EXPECT_EQ(released(merge, 10 * kSettle + OrderedMerge::kRewriteNs - 1), Times{});
  EXPECT_EQ(released(merge, 10 * kSettle + OrderedMerge::kRewriteNs), Times{10});
}

Event fromPerf(Event event) {
  event.source = trace::Source::kPerf;
  return event;
}

// What came out: the time of each event, and whether both reports are in it.
std::vector<std::string> joined(OrderedMerge& merge, std::uint64_t drainedNs) {
  std::vector<std::string> out;
  merge.release(drainedNs, [&](Event& event) {
    out.push_back(std::to_string(event.timeNs) + (event.joined ? " joined" : ""));
  });
  return out;
}

TEST(OrderedMerge, TwoReportsOfOneExecBecomeOne) {
  OrderedMerge merge({true, false});
  merge.add({fromPerf(execAt(10, 5))});
  EXPECT_EQ(joined(merge, 10 + kSettle), std::vector<std::string>{});
  merge.add({execAt(12, 5)});
  EXPECT_EQ(joined(merge, 10 + kSettle), std::vector<std::string>{"10 joined"});
  // In the other order, and two execs of one process one after the other.
  merge.add({execAt(1'000'000, 5), execAt(2'000'000, 5)});
  merge.add({fromPerf(execAt(1'000'001, 5)), fromPerf(execAt(2'000'001, 5))});
  EXPECT_EQ(joined(merge, 9'000'000),
            (std::vector<std::string>{"1000000 joined", "2000000 joined"}));
}

TEST(OrderedMerge, TwoReportsThatComeTogetherBecomeOne) {
  OrderedMerge merge({true, false});
  merge.add({fromPerf(execAt(10, 5)), execAt(12, 5), execAt(20, 6), fromPerf(execAt(21, 6))});
  EXPECT_EQ(joined(merge, 9'000'000), (std::vector<std::string>{"10 joined", "21 joined"}));
}

TEST(OrderedMerge, AVirtualMachineMayStandStillBetweenTwoReports) {
  OrderedMerge merge({true, false});
  merge.add({fromPerf(execAt(10, 5))});
  EXPECT_EQ(joined(merge, 20'000'000), std::vector<std::string>{});
  merge.add({execAt(30'000'000, 5)});
  EXPECT_EQ(joined(merge, 30'000'000), std::vector<std::string>{"10 joined"});
}

TEST(OrderedMerge, ReportsOfTwoFilesAreNotOfOneExec) {
  const auto execOf = [](std::uint64_t timeNs, const char* filename) {
    Event event = execAt(timeNs, 5);
    std::get<ExecEvent>(event.body).filename = filename;
    return event;
  };
  OrderedMerge merge({true, false});
  // One transport has lost the first exec, the other the second.
  merge.add({fromPerf(execOf(20, "/bin/b"))});
  merge.add({execOf(10, "/bin/a")});
  EXPECT_EQ(joined(merge, 20 + OrderedMerge::kTwinNs), (std::vector<std::string>{"10", "20"}));
  merge.add({fromPerf(execOf(1'000'000'000, "/bin/a"))});
  merge.add({execOf(1'000'000'010, "/bin/a")});
  EXPECT_EQ(joined(merge, 1'100'000'000), std::vector<std::string>{"1000000000 joined"});
}

TEST(OrderedMerge, ASecondReportThatIsLateIsNoSecondExec) {
  OrderedMerge merge({true, false});
  merge.add({fromPerf(execAt(10, 5))});
  EXPECT_EQ(joined(merge, 10 + OrderedMerge::kTwinNs), std::vector<std::string>{"10"});
  merge.add({execAt(300'000'000, 5)});
  EXPECT_EQ(joined(merge, 900'000'000), std::vector<std::string>{});
  EXPECT_EQ(merge.lateEvents(), 1U);
  // There is but one second report: what comes after it is another exec.
  merge.add({execAt(1'000'000'000, 5)});
  EXPECT_EQ(joined(merge, 1'000'000'000 + OrderedMerge::kTwinNs),
            std::vector<std::string>{"1000000000"});
  // Too late, of another process, or from where the first came: an exec of its own.
  merge.add({fromPerf(execAt(1'000'000'000 + OrderedMerge::kLateTwinNs + 1, 5)),
             fromPerf(execAt(3'100'000'000, 6))});
  EXPECT_EQ(joined(merge, 4'000'000'000).size(), 2U);
  merge.add({fromPerf(execAt(4'100'000'000, 6))});
  EXPECT_EQ(joined(merge, 5'000'000'000), std::vector<std::string>{"4100000000"});
  EXPECT_EQ(merge.lateEvents(), 1U);
}

TEST(OrderedMerge, AnExecThatOneTransportLostIsNotHeldForEver) {
  OrderedMerge merge({true, false});
  merge.add({fromPerf(execAt(10, 5)), execAt(20, 6)});
  EXPECT_EQ(joined(merge, OrderedMerge::kTwinNs), std::vector<std::string>{});
  EXPECT_EQ(joined(merge, 20 + OrderedMerge::kTwinNs), (std::vector<std::string>{"10", "20"}));
}

TEST(OrderedMerge, AnExitWaitsForItsStatus) {
  OrderedMerge merge({false, true});
  const auto ended = [](std::uint64_t timeNs, std::int32_t tid) {
    return Event{timeNs, 0, ExitEvent{tid, true}};
  };
  std::string seen;
  const auto receive = [&](Event& event) {
    if (const auto* exit = std::get_if<ExitEvent>(&event.body)) {
      seen +=
          std::to_string(exit->tid) + ":" +
          (merge.exitStatusOf(exit->tid) ? std::to_string(*merge.exitStatusOf(exit->tid)) : "?") +
          " ";
    }
  };
  merge.add({ended(10, 5)});
  merge.release(10 + kSettle, receive);
  EXPECT_EQ(seen, "");
  merge.add({{20, 0, ExitStatusEvent{5, 256, 5}}});
  merge.release(20 + kSettle, receive);
  EXPECT_EQ(seen, "5:256 ");
  // The pid is used again, and its status is lost.
  merge.add({ended(1'000'000, 5)});
  merge.release(1'000'000 + OrderedMerge::kTwinNs, receive);
  EXPECT_EQ(seen, "5:256 5:? ");
}

// What is delivered, in a few letters each.
struct Log {
  OrderedMerge& merge;
  std::string text;

  void operator()(Event& event) {
    if (const auto* exit = std::get_if<ExitEvent>(&event.body)) {
      const auto status = merge.exitStatusOf(exit->tid);
      text += "exit " + std::to_string(exit->tid) + (status ? " with a status" : "") + ", ";
    } else if (const auto* exec = std::get_if<ExecEvent>(&event.body)) {
      text += "exec " + std::to_string(exec->tgid) + ", ";
    } else if (const auto* fork = std::get_if<ForkEvent>(&event.body)) {
      text += "fork " + std::to_string(fork->childTid) + ", ";
    }
  }
};

TEST(OrderedMerge, NobodyWaitsBehindAnExitThatWaitsForItsStatus) {
  OrderedMerge merge({false, true});
  Log log{merge, {}};
  const auto receive = [&](Event& event) { log(event); };
  merge.add({{10, 0, ExitEvent{5, true}}, execAt(20, 6), {25, 0, ExitEvent{5, std::nullopt}}});
  merge.release(25 + kSettle, receive);
  EXPECT_EQ(log.text, "exec 6, ");
  EXPECT_FALSE(merge.empty()) << "an exit is to come";
  // perf's report of the same exit does not take its place.
  merge.add({{30, 0, ExitStatusEvent{5, 256, 5}}});
  merge.release(30 + kSettle, receive);
  EXPECT_EQ(log.text, "exec 6, exit 5 with a status, exit 5 with a status, ");
  EXPECT_TRUE(merge.empty());
  EXPECT_EQ(merge.lateEvents(), 0U) << "it is where it belongs";
}

TEST(OrderedMerge, AnExitComesBeforeItsNumberIsGivenAnew) {
  OrderedMerge merge({false, true});
  Log log{merge, {}};
  const auto receive = [&](Event& event) { log(event); };
  merge.add({{10, 0, ExitEvent{5, true}}, execAt(20, 6), {30, 0, ForkEvent{6, 5, {}, 5}}});
  merge.release(30 + kSettle, receive);
  EXPECT_EQ(log.text, "exec 6, exit 5, fork 5, ");
  merge.add({{40, 0, ExitEvent{6, true}}});
  merge.release(40 + kSettle, receive);
  merge.releaseAll(receive);
  EXPECT_EQ(log.text, "exec 6, exit 5, fork 5, exit 6, ") << "at the end nothing is waited for";
}

TEST(OrderedMerge, SaysWhenAnExecCanBePassedOn) {
  OrderedMerge merge;
  EXPECT_EQ(merge.execDueNs(0), std::nullopt);
  merge.add({exitAt(10), execAt(20, 6), execAt(30, 7, 500'000)});
  EXPECT_EQ(merge.execDueNs(0), 20 + kSettle);
  EXPECT_EQ(merge.execDueNs(20 + kSettle), 500'000U) << "its reading ends then";
  EXPECT_EQ(merge.execDueNs(30 + kSettle), std::nullopt) << "that was tried already";
}

TEST(OrderedMerge, AnyArrivalOrderGivesTheSameOrder) {
  std::mt19937 random(5);
  for (int round = 0; round < 200; ++round) {
    // Events of 4 CPUs; each arrives in a round that drains after it happened.
    std::vector<Event> all;
    for (int i = 0; i < 100; ++i) all.push_back(exitAt(1 + random() % 5'000'000, i));
    Times expected;
    for (const Event& event : all) expected.push_back(event.timeNs);
    std::sort(expected.begin(), expected.end());

    OrderedMerge merge;
    Times got;
    const auto receive = [&](Event& event) { got.push_back(event.timeNs); };
    std::vector<Event> waiting = all;
    for (std::uint64_t drainedNs = 0; !waiting.empty(); drainedNs += random() % 1'000'000) {
      std::vector<Event> arrived;
      std::erase_if(waiting, [&](const Event& event) {
        // Visible at the drain, unless it is younger than that.
        if (event.timeNs > drainedNs) return false;
        arrived.push_back(event);
        return true;
      });
      std::shuffle(arrived.begin(), arrived.end(), random);
      OrderedMerge::sort(arrived);
      merge.add(std::move(arrived));
      merge.release(drainedNs, receive);
    }
    merge.releaseAll(receive);
    ASSERT_EQ(got, expected);
    ASSERT_EQ(merge.lateEvents(), 0U);
  }
}

}  // namespace
}  // namespace exectrail::recorder
