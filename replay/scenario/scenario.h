// One case of the corpus as values: what happened, what must fire, what must stay silent. Made by
// scenario_parser.h; corpus/README.md describes the file for people.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "analyzer/engine/severity.h"
#include "replay/scenario/recorded.h"
#include "trace/evidence.h"

namespace exectrail::replay {

struct Named {
  std::string name;
  Position position;
};

// What an alert must look like to be the expected one. Empty and absent: any.
struct Expectation {
  Named recipe;
  Count count;
  std::optional<analyzer::Severity> severity;
  std::optional<std::string> executable;  // of what ran; of a failed attempt, of the caller
  std::optional<std::string> typedPath;
  std::optional<std::string> filePath;       // the path that decided
  std::optional<std::uint16_t> errorNumber;  // 0: it ran
  std::vector<std::string> lineage;          // the alert's lineage ends with these names
  std::vector<std::string> reasons;          // each is among the alert's reasons
  std::map<std::string, std::vector<trace::EvidenceClass>> evidence;  // field -> one of these
  std::vector<std::string> variants;  // only in recordings of these; empty: in all
};

struct Silence {
  bool everythingElse = true;
  std::vector<Named> recipes;  // if not everything else
};

// Something that ought to be caught and is not. Strict: it fails the scenario once it is.
struct Miss {
  bool foreign = false;  // a rule, not a recipe
  Named name;
  std::string why;
};

struct Scenario {
  std::string directory;
  std::string name;      // "attack/web-shell-drops-to-tmp"
  std::string category;  // "attack", "evasion" or "benign"
  std::string file;      // path of scenario.yaml, for messages

  std::string story;
  std::vector<std::string> attack;  // "T1505.003"
  std::vector<std::string> references;
  std::vector<std::string> tags;
  std::vector<std::string> needs;     // of record-live; replaying needs nothing
  std::vector<std::string> variants;  // empty: one recording without a name
  std::string standIn;
  bool recorderIsLate = false;  // it begins when run.sh has stopped itself
  std::vector<Expectation> fire;
  std::vector<RecordedExpectation> recorded;
  Silence silent;
  std::vector<Named> inconclusive;  // recipes that may leave execs undecided
  std::vector<Miss> misses;
  bool anyInconclusive = false;  // all recipes may
};

// One recording of a scenario: the unit that is replayed.
struct Case {
  const Scenario* scenario = nullptr;
  std::string variant;

  std::string name() const;       // "evasion/relative-path-from-tmp (bash)"
  std::string tracePath() const;  // DIRECTORY/trace.VARIANT.trail
  std::string dumpPath() const;   // DIRECTORY/trace.VARIANT.txt
};

std::vector<Case> casesOf(const Scenario& scenario);

}  // namespace exectrail::replay
