// Expectations against what a replay observed. Pure: no files, no clock, no engine.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/engine/alert.h"
#include "analyzer/engine/engine.h"
#include "replay/scenario/facts.h"
#include "replay/scenario/scenario.h"

namespace exectrail::replay {

enum class Verdict { kPass, kFail, kInconclusive, kSkip };

std::string_view name(Verdict verdict);  // "PASS", ...

struct GapSeen {
  trace::Gap gap;
  std::uint16_t cpu = trace::kCpuNotKnown;
  std::uint64_t execsBefore = 0;  // execs that the trace holds before it
};

// All that one replay of one trace shows.
struct Observation {
  std::vector<analyzer::Alert> alerts;
  analyzer::Summary summary;
  std::vector<GapSeen> gaps;
  std::uint64_t startNs = 0;            // monotonic time that the trace's times are shown from
  std::vector<std::string> unresolved;  // typed paths of execs whose executable is not known
  std::vector<RecordFacts> records;     // if the scenario says something about them
};

// An alert, or what was wanted of one, in one line.
struct Sighting {
  std::string severity;  // "any" where nothing was said
  std::string path;
  std::string chain;  // "go(70) → bash(71) → evil(72)"
};

struct Got {
  Sighting sighting;
  std::vector<std::string> differences;  // from what was expected, beyond the sighting
  std::vector<analyzer::Reason> reasons;
  std::string directoryClass;
};

// A fact of a record that is not what was wanted of it.
struct Deviation {
  std::string record;  // "exec 70.1 at 0.013 s, ./x"
  std::string fact;
  std::string expected;
  std::string got;
};

enum class FindingKind {
  kTrace,       // the recording or its dump is missing, damaged or in disagreement
  kCount,       // too few or too many of what was expected
  kUnexpected,  // an alert where silence was expected
  kCaught,      // an expected miss that is one no longer
  kUndecided,   // evidence is missing
  kRecord,      // the recording itself is not what `recorded` says
};

std::string_view name(FindingKind kind);

// One thing that keeps a scenario from passing.
struct Finding {
  FindingKind kind = FindingKind::kTrace;
  std::string what;
  std::optional<Sighting> expected;
  std::vector<Got> got;
  std::vector<Deviation> deviations;
  std::vector<std::string> details;
  bool warning = false;  // worth a look, and no reason to fail
};

// What one recipe made of one recording.
struct RecipeOutcome {
  std::uint64_t alerts = 0;     // above info
  std::uint64_t expected = 0;   // of all, those that an entry of `fire` claims
  std::uint64_t undecided = 0;  // execs
};

// What an alert is worth that no `fire` entry claims.
enum class Unexpected { kFail, kWarn, kIgnore };

inline constexpr std::size_t kSeverities = 5;
using BySeverity = std::array<std::uint64_t, kSeverities>;

struct Result {
  Case recording;
  Verdict verdict = Verdict::kPass;
  std::vector<Finding> findings;
  std::string skipReason;
  BySeverity unexpected{};                       // alerts above info that no `fire` entry claims
  std::map<std::string, RecipeOutcome> recipes;  // all that were applied
  std::chrono::microseconds duration{};
};

// Sets everything but the duration. What missing evidence can explain (too few alerts beside
// undecided execs or a gap) makes a verdict inconclusive, everything else makes it fail.
Result judge(const Case& recording, const Observation& observation,
             Unexpected unexpected = Unexpected::kFail);

// A result that says why a trace could not be replayed.
Result failedTrace(const Case& recording, std::string what, std::vector<std::string> details);

}  // namespace exectrail::replay
