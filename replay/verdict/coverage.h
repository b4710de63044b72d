// What the corpus shows of recipes: which fired in the recordings of which technique and of which
// evasion. From alerts, not from what recipes and scenarios say about themselves.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "replay/verdict/verdict.h"

namespace exectrail::replay {

// Recordings of one technique, or of one scenario.
struct Row {
  std::uint64_t recordings = 0;
  std::uint64_t caught = 0;                    // some recipe alerted above info
  std::map<std::string, std::uint64_t> fired;  // recordings, by recipe
  std::vector<std::string> uncaught;           // names of recordings
};

struct Coverage {
  std::vector<std::string> recipes;       // all that were applied
  std::map<std::string, Row> techniques;  // of attacks and evasions
  std::map<std::string, Row> evasions;    // by scenario
  Row benign;                             // there, `fired` is noise
  std::uint64_t notReplayed = 0;          // recordings that are missing, damaged or skipped
};

Coverage coverageOf(const std::vector<Result>& results);

void printText(const Coverage& coverage, std::ostream& out);
void printHtml(const Coverage& coverage, std::ostream& out);

// A layer of the ATT&CK Navigator, format 4.5: a technique's score is the share of its recordings
// that were caught, in per cent.
void printNavigator(const Coverage& coverage, std::ostream& out);

}  // namespace exectrail::replay
