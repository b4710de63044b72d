// Runs a program below a perf source, and gathers what the source says of its process.
#pragma once

#include <fcntl.h>
#include <gmock/gmock.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "recorder/events/stack_reading.h"
#include "recorder/sources/perf_source.h"

namespace exectrail::recorder {

namespace fs = std::filesystem;

using Texts = std::vector<std::string>;

inline constexpr std::chrono::seconds kWithin{60};  // also with sanitizers on a busy machine

inline std::string builtFolder() { return std::getenv("EXECTRAIL_BIN"); }

// What a test knows of the process that it started, by its pid.
struct Seen {
  std::vector<ExecEvent> execs;
  std::vector<std::string> mappings;
  std::vector<CommEvent> names;
  std::optional<trace::Namespaces> namespaces;
  bool forked = false;
  bool ended = false;

  const ExecEvent& exec() const { return execs.back(); }
  const StackReading& stack() const { return *exec().stack; }
};

[[noreturn]] inline void execute(const std::string& path, Texts arguments, Texts environment = {}) {
  const auto pointers = [](Texts& texts) {
    std::vector<char*> all;
    for (auto& text : texts) all.push_back(text.data());
    all.push_back(nullptr);
    return all;
  };
  ::execve(path.c_str(), pointers(arguments).data(), pointers(environment).data());
  std::perror(path.c_str());
  ::_exit(126);
}

class PerfSourceTest : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/exectrail-test-XXXXXX";
    ASSERT_NE(::mkdtemp(name), nullptr);
    folder_ = name;
    ::chmod(name, 0755);
    fs::copy(builtFolder() + "/waiting", folder_ / "x");
  }

  void TearDown() override { fs::remove_all(folder_); }

  std::string path(const std::string& name) const { return folder_ / name; }

  // Runs `body` in a child that is in our folder, and which ends when its standard input does: once
  // `isDone`, by default one exec, has been seen.
  Seen watch(
      const std::function<void()>& body, const std::function<bool(const Seen&)>& isDone =
                                             [](const Seen& seen) { return !seen.execs.empty(); }) {
    int input[2];
    EXPECT_EQ(::pipe2(input, O_CLOEXEC), 0);
    const pid_t pid = ::fork();
    if (pid == 0) {
      ::dup2(input[0], 0);
      if (::chdir(folder_.c_str()) == 0) body();
      ::_exit(127);
    }
    ::close(input[0]);
    Seen seen;
    waitFor(pid, seen, isDone);
    ::close(input[1]);
    int status = 0;
    EXPECT_EQ(::waitpid(pid, &status, 0), pid);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) < 126) << status;
    waitFor(pid, seen, [](const Seen& s) { return s.ended; });
    return seen;
  }

  void waitFor(pid_t pid, Seen& seen, const std::function<bool(const Seen&)>& isDone) {
    const auto end = std::chrono::steady_clock::now() + kWithin;
    while (!isDone(seen)) {
      ASSERT_LT(std::chrono::steady_clock::now(), end) << "not seen";
      std::vector<pollfd> polled;
      for (const int fd : source_.descriptors()) polled.push_back({fd, POLLIN, 0});
      ::poll(polled.data(), polled.size(), 20);
      std::vector<Event> events;
      source_.drain(events);
      for (const Event& event : events) look(event, pid, seen);
    }
  }

  void look(const Event& event, pid_t pid, Seen& seen) {
    EXPECT_EQ(event.source, trace::Source::kPerf);
    if (const auto* exec = std::get_if<ExecEvent>(&event.body)) {
      if (exec->tgid == pid) seen.execs.push_back(*exec);
    } else if (const auto* map = std::get_if<MapEvent>(&event.body)) {
      if (map->tgid == pid) seen.mappings.push_back(map->path);
    } else if (const auto* comm = std::get_if<CommEvent>(&event.body)) {
      if (comm->tgid == pid) seen.names.push_back(*comm);
    } else if (const auto* fork = std::get_if<ForkEvent>(&event.body)) {
      if (fork->childTid == pid) {
        seen.forked = fork->creatorTid == ::getpid() && fork->childTgid == pid;
      }
    } else if (const auto* spaces = std::get_if<NamespacesEvent>(&event.body)) {
      if (spaces->tid == pid) seen.namespaces = spaces->namespaces;
    } else if (const auto* cgroup = std::get_if<CgroupEvent>(&event.body)) {
      cgroups_[cgroup->id] = cgroup->path;
    } else if (const auto* exit = std::get_if<ExitEvent>(&event.body)) {
      seen.ended = seen.ended || exit->tid == pid;
    }
  }

  fs::path folder_;
  std::map<std::uint64_t, std::string> cgroups_;
  PerfSource source_{[] {
    PerfSettings settings;
    settings.environmentNames = {"LD_PRELOAD", "WANTED"};
    return settings;
  }()};
};

inline void expectWhole(const Seen& seen) {
  EXPECT_TRUE(seen.stack().arguments.known());
  EXPECT_FALSE(seen.stack().arguments.evidence.truncated());
  EXPECT_EQ(seen.stack().arguments.value.size(), seen.stack().argumentShape.value.count);
  EXPECT_TRUE(seen.stack().environment.known());
  EXPECT_TRUE(seen.stack().secure.known());
}

}  // namespace exectrail::recorder
