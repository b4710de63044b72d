// Disguises of an attack, tried for real: what makes a recipe alert is run in the sandbox under
// another name, from elsewhere, through the loader, from memory and so on, and recorded. Nothing is
// edited into a trace: a loader or a memory file would then invent its own evidence.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "analyzer/compiler/program.h"
#include "replay/live/record_live.h"

namespace exectrail::replay {

// Smallest execution that makes a recipe alert, and how it is to be run.
struct Act {
  std::string executable;
  std::vector<std::string> args;  // behind args[0]
  std::map<std::string, std::string> environment;
  std::vector<std::string> parents;  // executables that stand above it, nearest first
  std::vector<std::string> alike;    // other places of the same class
  std::uint32_t uid = 0;
  bool secure = false;
};

struct Acts {
  std::vector<Act> all;
  std::string whyNone;  // if there are none
};
Acts actsOf(const analyzer::Recipe& recipe);

// A shell script that runs each act in each disguise, and what it runs between its marks.
struct Disguised {
  struct Attempt {
    std::string disguise;
    std::string what;  // "/tmp/x -o 1"
  };
  std::string script;
  std::vector<Attempt> attempts;  // number i runs behind mark 2 i; mark 2 i + 1 says it did not run
};
inline constexpr const char* kAsItIs = "as it is";  // the first of each act
Disguised disguised(const std::vector<Act>& acts);

enum class Outcome { kItself, kCompanion, kMissed, kUndecided };

struct AttackResult {
  Disguised::Attempt attempt;
  Outcome outcome = Outcome::kUndecided;
  std::string by;  // recipes that alerted; of an undecided one, why
};

// Records the acts of one recipe in the sandbox and asks the whole program. Throws EnvironmentError
// if that cannot be done.
std::vector<AttackResult> attack(const analyzer::Program& program, const std::string& recipe,
                                 const std::vector<Act>& acts, const LiveOptions& options);

}  // namespace exectrail::replay
