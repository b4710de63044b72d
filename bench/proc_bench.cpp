// What it costs to read from /proc what an exec record holds: of a process that nobody has looked
// at before, as each exec is; of one that is looked at again; and the texts alone.
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <string>

#include "recorder/proc/cgroup.h"
#include "recorder/proc/mount_table.h"
#include "recorder/proc/proc_status.h"
#include "recorder/proc/process_reader.h"

namespace exectrail::recorder {
namespace {

// Facts that perf's records do not hold, and all.
constexpr Facts kBesidePerf =
    facts::kStat | facts::kFile | facts::kWorkingDirectory | facts::kCredentials | facts::kLogin;
constexpr Facts kWithoutPerf =
    kBesidePerf | facts::kExecutable | facts::kArguments | facts::kCgroup | facts::kNamespaces;

// `cat` that waits for input which does not come.
class Waiting {
 public:
  Waiting() {
    int input[2];
    if (::pipe2(input, O_CLOEXEC) != 0) std::abort();
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, input[0], STDIN_FILENO);
    const char* arguments[] = {"cat", "-", nullptr};
    char* variables[] = {nullptr};
    // Returns after the exec.
    if (::posix_spawn(&pid_, "/bin/cat", &actions, nullptr, const_cast<char**>(arguments),
                      variables) != 0) {
      std::abort();
    }
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(input[0]);
    input_ = input[1];
  }
  ~Waiting() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    ::close(input_);
  }
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = -1;
  int input_ = -1;
};

void readFresh(benchmark::State& state, Facts wanted) {
  ProcessReader reader;
  for (auto _ : state) {
    const Waiting process;
    const auto begin = std::chrono::steady_clock::now();
    benchmark::DoNotOptimize(reader.read(process.pid(), wanted));
    const auto end = std::chrono::steady_clock::now();
    state.SetIterationTime(std::chrono::duration<double>(end - begin).count());
  }
}

void readAgain(benchmark::State& state, Facts wanted) {
  ProcessReader reader;
  const Waiting process;
  for (auto _ : state) benchmark::DoNotOptimize(reader.read(process.pid(), wanted));
}

BENCHMARK_CAPTURE(readFresh, beside_perf, kBesidePerf)->UseManualTime();
BENCHMARK_CAPTURE(readFresh, without_perf, kWithoutPerf)->UseManualTime();
BENCHMARK_CAPTURE(readFresh, nothing, Facts{0})->UseManualTime();
BENCHMARK_CAPTURE(readFresh, stat, facts::kStat)->UseManualTime();
BENCHMARK_CAPTURE(readFresh, file, facts::kFile)->UseManualTime();
BENCHMARK_CAPTURE(readFresh, working_directory, facts::kWorkingDirectory)->UseManualTime();
BENCHMARK_CAPTURE(readFresh, credentials, facts::kCredentials)->UseManualTime();
BENCHMARK_CAPTURE(readFresh, login, facts::kLogin)->UseManualTime();
BENCHMARK_CAPTURE(readFresh, cgroup, facts::kCgroup)->UseManualTime();
BENCHMARK_CAPTURE(readFresh, namespaces, facts::kNamespaces)->UseManualTime();
BENCHMARK_CAPTURE(readAgain, beside_perf, kBesidePerf);
BENCHMARK_CAPTURE(readAgain, without_perf, kWithoutPerf);

std::string ownFile(const char* name) {
  return readFileAt(AT_FDCWD, (std::string("/proc/self/") + name).c_str(), 1 << 20).bytes;
}

void parseStatText(benchmark::State& state) {
  const std::string text = ownFile("stat");
  for (auto _ : state) benchmark::DoNotOptimize(parseStat(text));
}
BENCHMARK(parseStatText);

void parseStatusText(benchmark::State& state) {
  const std::string text = ownFile("status");
  for (auto _ : state) benchmark::DoNotOptimize(parseStatus(text));
}
BENCHMARK(parseStatusText);

void parseCgroupText(benchmark::State& state) {
  const std::string text = ownFile("cgroup");
  for (auto _ : state) {
    benchmark::DoNotOptimize(cgroupPath(text));
    benchmark::DoNotOptimize(containerIdIn(text));
  }
}
BENCHMARK(parseCgroupText);

// A text that has changed nowhere, as most are that are read again.
void compareMountText(benchmark::State& state) {
  std::string text;
  for (int i = 0; i < state.range(0); ++i) {
    text += std::to_string(i) + " 1 0:" + std::to_string(i) + " / /var/lib/containers/" +
            std::to_string(i) + "/merged rw,relatime shared:1 - overlay overlay rw,lowerdir=a\n";
  }
  MountList list;
  for (auto _ : state) benchmark::DoNotOptimize(list.update(text));
}
BENCHMARK(compareMountText)->Arg(50)->Arg(5000);

}  // namespace
}  // namespace exectrail::recorder
