// What a process that does not exist yet will do: run a program, start others, end.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "trace/record.h"

namespace exectrail::trace {

// A context with the bytes it points to; jobs and containers share it.
struct OwnedContext {
  std::string cgroup;
  std::string containerId;
  std::string path;  // environment
  Context context;
};
using SharedContext = std::shared_ptr<const OwnedContext>;

struct Plan {
  std::string executable;   // empty: it only forks
  std::string typed;        // as passed to exec; empty: the executable
  std::string interpreter;  // of a script, as its first line names it; the executable is what runs
  std::vector<std::string> arguments;
  std::string directory;

  // Attempts that fail before: typed path and errno.
  std::vector<std::pair<std::string, std::uint16_t>> failures;

  bool pipeline = false;  // children run at the same time, not one after the other
  std::vector<Plan> children;
  std::vector<Plan> then;  // at most one: what the same process executes afterwards

  std::uint64_t workNs = 1'000'000;  // before the first child and after the last
  std::uint32_t status = 0;          // as wait(2) gives it
  SharedContext context;             // null: the creator's
};

}  // namespace exectrail::trace
