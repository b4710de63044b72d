// Loses events at random and looks at what becomes of each verdict: it stays, it says that evidence
// is missing, or it lies. A lie is an alert that differs from that of the whole recording, or is
// new, and names neither a gap nor anything that it does not know.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "analyzer/compiler/program.h"
#include "replay/scenario/scenario.h"

namespace exectrail::replay {

struct InjectionOptions {
  std::uint64_t count = 0;
  std::uint64_t seed = 1;
  unsigned jobs = 1;
};

struct Lie {
  Case recording;
  std::uint64_t seed = 0;  // with a count of 1 and this scenario alone, the same again
  std::string alert;       // "exec_from_unusual_dir  /tmp/x  go(70) → bash(71) → x(72)"
  std::vector<std::string> changes;
  bool early = false;  // of another processor, and given before the gap was in the trace
};

struct InjectionReport {
  std::uint64_t injections = 0;
  std::uint64_t unreadable = 0;  // recordings that are missing or not whole
  std::uint64_t lostEvents = 0;
  std::uint64_t vanished = 0;  // records that nobody could make without the lost events
  // Of alerts:
  std::uint64_t same = 0;
  std::uint64_t marked = 0;     // other or new, and says that evidence is missing
  std::uint64_t undecided = 0;  // the exec is there, and its recipe counts it as inconclusive
  std::uint64_t gone = 0;       // with the event it was about: the gap stands for it
  // Its event is there, and nothing but the trace's gap tells of it; by recipe.
  std::map<std::string, std::uint64_t> silent;
  std::uint64_t lies = 0;
  std::uint64_t early = 0;    // of these
  std::vector<Lie> examples;  // the first ones
};

// Injection n of `count` has the seed `seed` + n; it takes one of `cases` by that alone.
InjectionReport injectLoss(const analyzer::Program& program, const std::vector<Case>& cases,
                           const InjectionOptions& options);

}  // namespace exectrail::replay
