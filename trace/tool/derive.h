// `exectrail trace cut` and `merge`: traces made from others, which say from which.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace exectrail::trace {

struct DeriveOptions {
  std::vector<std::string> inputs;  // one for cut
  std::string output;
  std::string keyPath;  // signs the output; empty: not signed

  // Of cut:
  std::string from;
  std::string to;
  std::vector<std::uint32_t> pids;
  std::vector<std::string> executables;
};

// Both return the exit status: kExitEnvironment if an input was not whole, which was said then, and
// kExitUsage for a time that is none. Throw EnvironmentError.
int runCut(const DeriveOptions& options);
int runMerge(const DeriveOptions& options);

}  // namespace exectrail::trace
