// One recipe's verdict on one execution or failed attempt: nothing, an alert, or that too little is
// known to say.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "analyzer/compiler/program.h"
#include "analyzer/engine/judged.h"

namespace exectrail::analyzer {

struct Verdict {
  enum class Kind : std::uint8_t { kNothing, kInconclusive, kAlert };

  Kind kind = Kind::kNothing;
  // Of an alert:
  Severity severity = Severity::kInfo;
  std::string directoryClass;
  std::string path;            // that decided, normalised
  bool typedPathOnly = false;  // what was typed decided, although something else ran
  bool argument = false;       // the path is that of a script given to an interpreter
  bool interpreter = false;    // not the script decided but what it names to run it
  std::string exemption;       // name of the one that applies, or empty
  std::vector<Reason> reasons;
  std::vector<std::string> unknown;
  std::map<std::string, std::string> unknownBecause;
};

// `realtimeNs` is when it happened, for exemptions that end.
Verdict judge(const Recipe& recipe, const Judged& judged, std::int64_t realtimeNs);

}  // namespace exectrail::analyzer
