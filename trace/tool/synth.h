// `exectrail trace synth`.
#pragma once

#include <cstdint>
#include <string>

namespace exectrail::trace {

struct SynthOptions {
  std::uint64_t seed = 1;
  std::uint64_t execs = 1'000;
  std::string scene = "mixed";
  int level = 3;
  std::string out;
};

// Returns the exit status. Throws EnvironmentError.
int runSynth(const SynthOptions& options);

}  // namespace exectrail::trace
