// A storm of execs: one loop or several of posix_spawn and waitpid, as fast as they can or at a
// rate. Prints one line of JSON: how long it took, how long one exec took from spawn to reaping,
// and the CPU time of all its processes, which holds what tracing costs inside their system calls.
// Whether a recorder saw them all is trace_facts' business.
#include <spawn.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iostream>
#include <new>
#include <numeric>
#include <span>
#include <string>
#include <vector>

namespace {

constexpr std::uint64_t kSecondNs = 1'000'000'000;

struct Options {
  std::uint64_t count = 10'000;  // execs of each loop
  std::uint64_t rate = 0;        // execs a second of each loop; 0: as fast as it can
  std::uint64_t loops = 1;
  std::string lifetimeUs;  // empty: returns at once
  std::string timesFile;   // empty: none
  std::string program;
};

[[noreturn]] void usage() {
  std::fputs(
      "usage: storm [--count N] [--rate EXECS_PER_SECOND] [--loops N] [--lifetime MICROSECONDS] "
      "[--times FILE] PROGRAM\n"
      "  --count and --rate are those of each loop; PROGRAM gets a counter as its argument\n"
      "  --times: when each was called, by the counter; 8 bytes each, CLOCK_REALTIME in ns\n",
      stderr);
  std::exit(2);
}

[[noreturn]] void fail(const char* what, int error) {
  std::fprintf(stderr, "storm: %s: %s\n", what, std::strerror(error));
  std::exit(3);
}

std::uint64_t parseNumber(const char* text) {
  char* end = nullptr;
  errno = 0;
  const std::uint64_t number = std::strtoull(text, &end, 10);
  if (errno != 0 || end == text || *end != '\0') usage();
  return number;
}

Options parse(std::span<char*> arguments) {
  Options options;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const std::string name = arguments[i];
    if (!name.starts_with("--")) {
      if (i + 1 != arguments.size()) usage();
      options.program = name;
      break;
    }
    if (++i == arguments.size()) usage();
    if (name == "--count") {
      options.count = parseNumber(arguments[i]);
    } else if (name == "--rate") {
      options.rate = parseNumber(arguments[i]);
    } else if (name == "--loops") {
      options.loops = parseNumber(arguments[i]);
    } else if (name == "--lifetime") {
      options.lifetimeUs = std::to_string(parseNumber(arguments[i]));
    } else if (name == "--times") {
      options.timesFile = arguments[i];
    } else {
      usage();
    }
  }
  if (options.program.empty() || options.loops == 0 || options.count == 0) usage();
  return options;
}

std::uint64_t nowNs(clockid_t clock = CLOCK_MONOTONIC) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * kSecondNs +
         static_cast<std::uint64_t>(now.tv_nsec);
}

void sleepUntil(std::uint64_t timeNs) {
  const timespec until{static_cast<std::time_t>(timeNs / kSecondNs),
                       static_cast<long>(timeNs % kSecondNs)};
  while (::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr) == EINTR) {
  }
}

// From the call of posix_spawn to the child reaped.
std::uint64_t spawnAndWait(const Options& options, std::uint64_t counter) {
  std::string program = options.program;
  std::string argument = std::to_string(counter);
  std::string lifetime = options.lifetimeUs;
  char* arguments[] = {program.data(), argument.data(),
                       lifetime.empty() ? nullptr : lifetime.data(), nullptr};
  char* environment[] = {nullptr};
  const std::uint64_t beginNs = nowNs();
  pid_t pid = 0;
  const int error = ::posix_spawn(&pid, program.c_str(), nullptr, nullptr, arguments, environment);
  if (error != 0) fail(program.c_str(), error);
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) fail("waitpid", errno);
  }
  if (status != 0) fail("the program failed", ECANCELED);
  return nowNs() - beginNs;
}

// Of all loops, by the counter that the program gets.
struct Times {
  std::span<std::uint64_t> latenciesNs;
  std::span<std::uint64_t> calledNs;
};

void runLoop(const Options& options, std::uint64_t number, const Times& times) {
  const std::uint64_t beginNs = nowNs();
  for (std::uint64_t i = 0; i < options.count; ++i) {
    if (options.rate != 0) sleepUntil(beginNs + i * kSecondNs / options.rate);
    const std::uint64_t counter = number * options.count + i;
    times.calledNs[counter] = nowNs(CLOCK_REALTIME);
    times.latenciesNs[counter] = spawnAndWait(options, counter);
  }
}

std::uint64_t cpuNs(int who) {
  rusage usage{};
  ::getrusage(who, &usage);
  const auto inNs = [](const timeval& time) {
    return static_cast<std::uint64_t>(time.tv_sec) * kSecondNs +
           static_cast<std::uint64_t>(time.tv_usec) * 1000;
  };
  return inNs(usage.ru_utime) + inNs(usage.ru_stime);
}

// Memory that the loops, processes of their own, share with us.
std::span<std::uint64_t> sharedNumbers(std::uint64_t count) {
  void* memory = ::mmap(nullptr, count * sizeof(std::uint64_t), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
  if (memory == MAP_FAILED) fail("mmap", errno);
  return {new (memory) std::uint64_t[count], count};
}

void writeTimes(const std::string& path, std::span<const std::uint64_t> times) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(reinterpret_cast<const char*>(times.data()),
             static_cast<std::streamsize>(times.size_bytes()));
  file.flush();
  if (!file) fail(path.c_str(), errno);
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = parse({argv, static_cast<std::size_t>(argc)});
  const std::uint64_t total = options.count * options.loops;
  const Times times{sharedNumbers(total), sharedNumbers(total)};
  const std::span<std::uint64_t> latenciesNs = times.latenciesNs;
  const std::uint64_t beginNs = nowNs();
  std::vector<pid_t> loops;
  for (std::uint64_t number = 0; number < options.loops; ++number) {
    const pid_t pid = ::fork();
    if (pid < 0) fail("fork", errno);
    if (pid == 0) {
      runLoop(options, number, times);
      ::_exit(0);
    }
    loops.push_back(pid);
  }
  for (const pid_t pid : loops) {
    int status = 0;
    if (::waitpid(pid, &status, 0) < 0 || status != 0) return 3;
  }
  const std::uint64_t wallNs = nowNs() - beginNs;
  if (!options.timesFile.empty()) writeTimes(options.timesFile, times.calledNs);
  // The loops are reaped, and so is whatever they started.
  const std::uint64_t usedNs = cpuNs(RUSAGE_SELF) + cpuNs(RUSAGE_CHILDREN);
  std::sort(latenciesNs.begin(), latenciesNs.end());
  const std::uint64_t sumNs = std::accumulate(latenciesNs.begin(), latenciesNs.end(), 0ULL);
  const auto quantile = [&](std::uint64_t percent) {
    return latenciesNs[(total - 1) * percent / 100];
  };
  std::cout << "{\"execs\": " << total << ", \"wallNs\": " << wallNs << ", \"cpuNs\": " << usedNs
            << ", \"sumNs\": " << sumNs << ", \"p50Ns\": " << quantile(50)
            << ", \"p95Ns\": " << quantile(95) << ", \"p99Ns\": " << quantile(99)
            << ", \"maxNs\": " << quantile(100) << "}\n";
  std::cout.flush();
  return std::cout.good() ? 0 : 3;
}
