// A flood: one process that fails to exec as fast as it can, the way a "super-producer" makes a
// sensor drop what matters. Prints one line of JSON: how many attempts, how long, which errors.
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <span>
#include <string>
#include <vector>

namespace {

[[noreturn]] void usage() {
  std::cerr << "usage: flood [--count N] [--until-input-ends] PATH…\n"
               "  tries to exec each PATH in turn, N times altogether; none of them may work\n"
               "  --until-input-ends  and then on, until standard input is closed\n";
  std::exit(2);
}

struct Options {
  std::uint64_t count = 20'000'000;
  bool untilInputEnds = false;
  std::vector<const char*> paths;
};

Options parse(std::span<char*> arguments) {
  Options options;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    if (std::strcmp(arguments[i], "--until-input-ends") == 0) {
      options.untilInputEnds = true;
      continue;
    }
    if (std::strcmp(arguments[i], "--count") != 0) {
      options.paths.push_back(arguments[i]);
      continue;
    }
    if (++i == arguments.size()) usage();
    char* end = nullptr;
    options.count = std::strtoull(arguments[i], &end, 10);
    if (end == arguments[i] || *end != '\0') usage();
  }
  if (options.paths.empty()) usage();
  return options;
}

// Whoever started us holds the other end of standard input.
bool inputEnded() {
  pollfd input = {STDIN_FILENO, POLLIN, 0};
  if (::poll(&input, 1, 0) <= 0) return false;
  char byte = 0;
  return ::read(STDIN_FILENO, &byte, 1) <= 0;
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = parse({argv, static_cast<std::size_t>(argc)});
  std::vector<int> errors(options.paths.size());

  char name[] = "flood";
  char argument[] = "attempt";
  char* arguments[] = {name, argument, nullptr};
  char* environment[] = {nullptr};
  const auto begin = std::chrono::steady_clock::now();
  std::size_t which = 0;
  std::uint64_t attempts = 0;
  const auto goesOn = [&] {
    if (attempts < options.count) return true;
    return options.untilInputEnds && (attempts % 1024 != 0 || !inputEnded());
  };
  for (; goesOn(); ++attempts) {
    ::execve(options.paths[which], arguments, environment);
    errors[which] = errno;
    if (++which == options.paths.size()) which = 0;
  }
  const auto wall = std::chrono::steady_clock::now() - begin;
  std::cout << "{\"attempts\": " << attempts << ", \"wallNs\": "
            << std::chrono::duration_cast<std::chrono::nanoseconds>(wall).count()
            << ", \"pid\": " << ::getpid() << ", \"errors\": [";
  for (std::size_t i = 0; i < errors.size(); ++i) std::cout << (i == 0 ? "" : ", ") << errors[i];
  std::cout << "]}\n";
  std::cout.flush();
  return std::cout.good() ? 0 : 3;
}
