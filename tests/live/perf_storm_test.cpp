// A storm of programs that are gone at once, below the perf source: none is lost, and what is said
// of each is either right or marked. Prints where their arguments came from.
#include <algorithm>

#include "recorder/realtime.h"
#include "tests/live/perf_watch.h"

namespace exectrail::recorder {
namespace {

TEST_F(PerfSourceTest, AStormOfProgramsThatAreGoneAtOnce) {
  constexpr int kPrograms = 5000;
  fs::copy(builtFolder() + "/short_lived", path("short"));
  enterRealtime();  // as the recorder does; without the right to it there are more losses
  const pid_t storm = ::fork();
  if (storm == 0) {
    if (::chdir(folder_.c_str()) != 0) ::_exit(1);
    // The gap between tables and strings, of up to 8 KiB, leaves out a page with a chance of (size
    // of the strings modulo 4 KiB) / 8 KiB.
    const std::string padding = "PADDING=" + std::string(1800, 'x');
    for (int i = 0; i < kPrograms; ++i) {
      const pid_t pid = ::vfork();
      if (pid == 0) {
        const std::string number = std::to_string(i);
        const char* arguments[] = {"short", number.c_str(), nullptr};
        const char* environment[] = {"WANTED=it", padding.c_str(), nullptr};
        ::execve("./short", const_cast<char**>(arguments), const_cast<char**>(environment));
        ::_exit(126);
      }
      ::waitpid(pid, nullptr, 0);
    }
    ::_exit(0);
  }
  std::vector<int> seen(kPrograms);
  std::map<std::string, int> shares;
  int execs = 0;
  std::vector<Event> events;
  std::uint64_t lost = 0;
  const auto drain = [&] {
    events.clear();
    source_.drain(events);
    for (const Event& event : events) {
      if (const auto* loss = std::get_if<LossEvent>(&event.body)) lost += loss->lostEvents;
      const auto* exec = std::get_if<ExecEvent>(&event.body);
      if (exec == nullptr || exec->filename != "./short") continue;
      ++execs;
      const StackReading& stack = *exec->stack;
      EXPECT_EQ(stack.argumentShape.value.count, 2U);
      EXPECT_TRUE(stack.secure.known());
      if (!stack.arguments.known()) {
        ++shares["lost, and marked"];
        EXPECT_THAT(stack.arguments.evidence.errorNumber, testing::AnyOf(ESRCH, ESTALE, EFAULT));
        continue;
      }
      ASSERT_EQ(stack.arguments.value.size(), 2U);
      const int number = std::stoi(stack.arguments.value[1]);
      ++seen.at(static_cast<std::size_t>(number));
      ++shares[std::string(trace::name(stack.arguments.evidence.evidenceClass))];
    }
  };
  int status = 0;
  while (::waitpid(storm, &status, WNOHANG) == 0) {
    std::vector<pollfd> polled;
    for (const int fd : source_.descriptors()) polled.push_back({fd, POLLIN, 0});
    ::poll(polled.data(), polled.size(), 20);
    drain();
  }
  drain();
  EXPECT_EQ(status, 0);
  EXPECT_EQ(execs, kPrograms);
  EXPECT_EQ(lost, 0U);
  EXPECT_LE(*std::max_element(seen.begin(), seen.end()), 1);
  // Less than one in four has a hole, by the kernel's dice: it does not depend on how fast we are.
  EXPECT_GT(shares["image"], kPrograms * 6 / 10);
  for (const auto& [name, count] : shares) {
    std::printf("argv from %s: %d of %d, %.2f %%\n", name.c_str(), count, kPrograms,
                100.0 * count / kPrograms);
  }
}

// A ring that nobody reads: what it could not take is told, also what was lost last, after which no
// record came that could have told of it.
TEST_F(PerfSourceTest, WhatFindsNoRoomIsCounted) {
  PerfSettings settings;
  settings.ringBytesPerCpu = 1;  // the least there is: room for 16 stacks
  PerfSource small(settings);
  constexpr int kPrograms = 200;
  for (int i = 0; i < kPrograms; ++i) {
    const pid_t pid = ::fork();
    if (pid == 0) {
      ::execl("/bin/true", "overflowing", nullptr);
      ::_exit(126);
    }
    ::waitpid(pid, nullptr, 0);
  }
  small.stop();
  std::vector<Event> events;
  small.drain(events);
  for (Event& loss : small.unreportedLosses(1)) events.push_back(std::move(loss));
  int execs = 0;
  std::uint64_t lost = 0;
  for (const Event& event : events) {
    if (const auto* loss = std::get_if<LossEvent>(&event.body)) lost += loss->lostEvents;
    if (const auto* exec = std::get_if<ExecEvent>(&event.body)) {
      execs += exec->filename == "/bin/true" ? 1 : 0;
    }
  }
  EXPECT_LT(execs, kPrograms);
  EXPECT_GE(static_cast<std::uint64_t>(execs) + lost, static_cast<std::uint64_t>(kPrograms));
  // Told once, and not again.
  EXPECT_TRUE(small.unreportedLosses(2).empty());
}

}  // namespace
}  // namespace exectrail::recorder
