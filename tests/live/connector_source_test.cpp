// Exit statuses by the process connector, beside what wait(2) says: however many threads there are,
// and whichever ends last. Needs a kernel with CONFIG_PROC_EVENTS, before Linux 6.6 CAP_NET_ADMIN
// too.
#include "recorder/sources/connector_source.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <iostream>
#include <thread>

#include "recorder/proc/process_reader.h"

namespace exectrail::recorder {
namespace {

constexpr int kMostWaitMs = 20'000;

class ConnectorLive : public testing::Test {
 protected:
  void SetUp() override {
    if (const auto why = ConnectorSource::unsupported()) {
      std::cout << "skipped: " << *why << std::endl;
      GTEST_SKIP() << *why;
    }
  }

  // Takes events until `enough` is true after one of them, which may take a while: wait(2) returns
  // before the connector tells.
  static void takeUntil(ConnectorSource& source, std::vector<Event>& events,
                        const std::function<bool()>& enough) {
    pollfd polled = {source.descriptors().at(0), POLLIN, 0};
    while (!enough() && ::poll(&polled, 1, kMostWaitMs) == 1) source.drain(events);
  }

  // Of process `tgid`, that of the thread that ended last.
  static std::optional<std::uint32_t> lastStatus(const std::vector<Event>& events,
                                                 std::int32_t tgid) {
    std::optional<std::uint32_t> status;
    std::uint64_t statusNs = 0;
    for (const Event& event : events) {
      const auto* exit = std::get_if<ExitStatusEvent>(&event.body);
      // CPUs are not merged.
      if (exit == nullptr || exit->tgid != tgid || event.timeNs < statusNs) continue;
      status = exit->status;
      statusNs = event.timeNs;
    }
    return status;
  }

  static pid_t runToItsEnd(const std::function<void()>& body, int& status) {
    const pid_t child = ::fork();
    if (child == 0) {
      body();
      ::_exit(99);
    }
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    return child;
  }

  // Runs `body` in a process of its own and compares.
  static void expectSameStatus(const std::function<void()>& body) {
    ConnectorSource source;
    int status = 0;
    const pid_t child = runToItsEnd(body, status);
    int markerStatus = 0;
    const pid_t marker = runToItsEnd([] { ::_exit(0); }, markerStatus);
    std::vector<Event> events;
    takeUntil(source, events, [&] { return lastStatus(events, marker).has_value(); });
    const auto expected = std::optional(static_cast<std::uint32_t>(status));
    takeUntil(source, events, [&] { return lastStatus(events, child) == expected; });
    EXPECT_EQ(lastStatus(events, child), expected);
    EXPECT_EQ(source.undecodedEvents(), 0U);
  }
};

void endThread(int code) { ::syscall(SYS_exit, code); }

void thread(const std::function<void()>& body) { std::thread(body).detach(); }

void sleepMs(int ms) { ::usleep(static_cast<useconds_t>(ms) * 1000); }

TEST_F(ConnectorLive, OneThread) {
  expectSameStatus([] { ::_exit(7); });
  expectSameStatus([] { ::_exit(0); });
}

TEST_F(ConnectorLive, KilledBySignal) {
  expectSameStatus([] { ::kill(::getpid(), SIGKILL); });
  expectSameStatus([] {
    thread([] { ::pause(); });
    ::kill(::getpid(), SIGTERM);
    ::pause();
  });
}

TEST_F(ConnectorLive, AllThreadsEndedByOne) {
  expectSameStatus([] {
    for (int i = 0; i < 3; ++i) thread([] { ::pause(); });
    ::_exit(4);
  });
  expectSameStatus([] {
    thread([] { ::_exit(6); });
    ::pause();
  });
}

TEST_F(ConnectorLive, TheLeaderEndsFirst) {
  expectSameStatus([] {
    thread([] {
      sleepMs(20);
      ::_exit(3);
    });
    endThread(1);
  });
  expectSameStatus([] {
    thread([] {
      sleepMs(20);
      endThread(8);
    });
    endThread(1);
  });
}

TEST_F(ConnectorLive, AThreadExecs) {
  expectSameStatus([] {
    thread([] { ::execl("/bin/sh", "sh", "-c", "exit 5", nullptr); });
    ::pause();
  });
}

TEST_F(ConnectorLive, TimesAreThoseOfTheMonotonicClock) {
  ConnectorSource source;
  const std::uint64_t beginNs = monotonicNowNs();
  int status = 0;
  const pid_t child = runToItsEnd([] { ::_exit(0); }, status);
  std::vector<Event> events;
  takeUntil(source, events, [&] { return lastStatus(events, child).has_value(); });
  const std::uint64_t endNs = monotonicNowNs();
  bool seen = false;
  for (const Event& event : events) {
    const auto* exit = std::get_if<ExitStatusEvent>(&event.body);
    if (exit == nullptr || exit->tgid != child) continue;
    seen = true;
    EXPECT_EQ(exit->tid, child);
    EXPECT_EQ(event.source, trace::Source::kConnector);
    EXPECT_GE(event.timeNs, beginNs);
    EXPECT_LE(event.timeNs, endNs);
  }
  EXPECT_TRUE(seen);
}

TEST_F(ConnectorLive, WhatFindsNoRoomIsALoss) {
  ConnectorSource source(4096);
  int status = 0;
  for (int i = 0; i < 200; ++i) runToItsEnd([] { ::_exit(1); }, status);
  std::vector<Event> events;
  source.drain(events);
  ASSERT_GE(events.size(), 2U) << "what fitted is not lost";
  EXPECT_LT(events.size(), 200U);
  const Event& last = events.back();
  const auto* loss = std::get_if<LossEvent>(&last.body);
  ASSERT_NE(loss, nullptr) << "200 exits fit into 8 KiB?";
  EXPECT_EQ(loss->source, trace::Source::kConnector);
  EXPECT_EQ(last.source, trace::Source::kConnector);
  EXPECT_EQ(loss->fromNs, events[events.size() - 2].timeNs);
  EXPECT_GE(last.timeNs, loss->fromNs);
  EXPECT_TRUE(source.unreportedLosses(monotonicNowNs()).empty());
  // And it goes on behind the loss.
  const pid_t child = runToItsEnd([] { ::_exit(2); }, status);
  takeUntil(source, events, [&] { return lastStatus(events, child).has_value(); });
  EXPECT_EQ(lastStatus(events, child), std::optional<std::uint32_t>(2 << 8));
}

TEST_F(ConnectorLive, NothingAfterStop) {
  ConnectorSource source;
  source.stop();
  std::vector<Event> events;
  source.drain(events);
  int status = 0;
  const pid_t child = runToItsEnd([] { ::_exit(0); }, status);
  sleepMs(50);
  source.drain(events);
  EXPECT_FALSE(lastStatus(events, child).has_value());
}

}  // namespace
}  // namespace exectrail::recorder
