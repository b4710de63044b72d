// Two sets of recipes over the same traces: which alerts only one of them gives, and which say
// something else; how many of each there would be per day and host.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "analyzer/compiler/program.h"
#include "analyzer/engine/alert.h"

namespace exectrail::replay {

enum class ChangeKind { kAdded, kRemoved, kChanged };

struct AlertChange {
  ChangeKind kind = ChangeKind::kChanged;
  analyzer::Alert alert;               // the new one, of kRemoved the old one
  std::vector<std::string> differing;  // of kChanged
};

// Alerts above info, and what could not be decided, of one set.
struct Volume {
  std::uint64_t alerts = 0;
  std::uint64_t undecided = 0;
};

struct RecipeVolumes {
  Volume before;
  Volume after;
  Volume hostBefore;  // of these, in recordings of hosts
  Volume hostAfter;
};

struct TraceComparison {
  std::string path;
  bool ofScenario = false;   // cut to a scenario: its time is no host's day
  std::uint64_t spanNs = 0;  // from its start to its end
  std::string problem;       // it is not whole, or cannot be read
  std::vector<AlertChange> changes;
  std::map<std::string, RecipeVolumes> recipes;
  bool undecidedDiffer = false;

  bool same() const { return changes.empty() && !undecidedDiffer; }
};

TraceComparison compareOver(const std::string& path, const analyzer::Program& before,
                            const analyzer::Program& after);

struct ComparisonTotals {
  std::uint64_t traces = 0;
  std::uint64_t scenarioTraces = 0;
  std::uint64_t problems = 0;
  std::uint64_t added = 0;
  std::uint64_t removed = 0;
  std::uint64_t changed = 0;
  std::uint64_t hostNs = 0;  // of the traces that are no scenario's
  std::map<std::string, RecipeVolumes> recipes;
  bool undecidedDiffer = false;

  void add(const TraceComparison& trace);
  bool same() const { return added + removed + changed == 0 && !undecidedDiffer; }
};

// Traces (*.trail) below each folder, in order; a file stands for itself. Throws EnvironmentError
// if there is none.
std::vector<std::string> tracesAt(const std::vector<std::string>& paths);

}  // namespace exectrail::replay
