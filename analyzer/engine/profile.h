// What each recipe costs: how many executions the index could not keep from it, how often its
// conditions were worked through, and how long that took by a clock that the caller brings (the
// engine has none; no alert depends on it).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

namespace exectrail::analyzer {

// Nanoseconds since whenever.
using ProfileClock = std::function<std::uint64_t()>;

struct RecipeProfile {
  std::uint64_t candidates = 0;   // executions, attempts and mappings that came near
  std::uint64_t evaluations = 0;  // of its conditions: as a trigger, and as a step of a sequence
  std::uint64_t timeNs = 0;       // of evaluations, memory and making alerts
};

struct Profile {
  std::map<std::string, RecipeProfile> recipes;  // by recipe name, all that are applied
  std::uint64_t sinkNs = 0;                      // what became of the alerts: writing, mostly
};

// Of several traces.
void add(Profile& sum, const Profile& one);

}  // namespace exectrail::analyzer
