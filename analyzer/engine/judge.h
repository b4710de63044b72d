// One recipe's verdict on one execution or failed attempt: nothing, an alert, or that too little is
// known to say.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/compiler/program.h"
#include "analyzer/engine/judged.h"
#include "analyzer/engine/tri.h"

namespace exectrail::analyzer {

struct Verdict {
  enum class Kind : std::uint8_t { kNothing, kInconclusive, kAlert };

  Kind kind = Kind::kNothing;
  // As far as it was asked for; views into what was judged and into the recipe.
  std::string_view directoryClass;
  std::string_view path;  // that decided, normalised
  // Of an alert:
  Severity severity = Severity::kInfo;
  bool typedPathOnly = false;  // what was typed decided, although something else ran
  bool argument = false;       // the path is that of a script given to an interpreter
  bool interpreter = false;    // not the script decided but what it names to run it
  bool given = false;          // a file decided that the interpreter was given besides
  // Of the path, if it is not that of the file or the script.
  std::optional<trace::Evidence> evidence;
  std::string exemption;  // name of the one that applies, or empty
  std::vector<Reason> reasons;
  std::vector<std::string> unknown;
  std::map<std::string, std::string> unknownBecause;
};

// What the recipe's classes alone say; true if it has none. Of the paths, not of the arguments, if
// the recipe is not about those.
Tri triggerOfClass(const Recipe& recipe, const Judged& judged);

// Whether what came before makes an alert of a trigger of this class, and what that was.
using Memory = std::function<Tri(std::string_view directoryClass, Reason& reason)>;

// `realtimeNs` is when it happened, for exemptions that end. Without memory, the trigger is enough.
Verdict judge(const Recipe& recipe, const Judged& judged, std::int64_t realtimeNs,
              const Memory& memory = {});

}  // namespace exectrail::analyzer
