// What recipes with `count`, `sequence` or `first_seen` remember: whether a trigger, with what came
// before it, makes an alert. Time is event time; keys are bounded, and evictions counted.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "analyzer/compiler/program.h"
#include "analyzer/engine/alert.h"
#include "analyzer/engine/bounded_map.h"
#include "analyzer/engine/judged.h"
#include "analyzer/engine/tri.h"

namespace exectrail::analyzer {

// Keys that first-seen recipes know already, by recipe name.
using Baseline = std::map<std::string, std::set<Key>>;

// How often triggers with the same key came.
class Counter {
 public:
  explicit Counter(const CountRule& rule, std::size_t maxKeys = kMaxKeys)
      : rule_(rule), counts_(maxKeys) {}

  // Adds `weight` triggers; true if that completes a count, which begins anew then.
  Tri add(const Judged& judged, std::string_view className, std::uint64_t weight, Reason& reason);

  std::uint64_t evictions() const { return counts_.evictions(); }

 private:
  struct Seen {
    std::uint64_t timeNs = 0;
    std::uint64_t weight = 0;
    Key distinct{};
  };
  struct Counts {
    std::vector<Seen> seen;  // in the order in which they came, at most rule_.atLeast
  };
  // What one trigger adds to: keys, and the value that counts once.
  struct Addition {
    std::vector<KeyedValues> keys;
    std::optional<Key> distinct;
  };
  static std::uint64_t total(const Counts& counts);
  // Nothing if a value is not known.
  std::optional<Addition> addition(const std::vector<KeyField>& key,
                                   const std::optional<KeyField>& distinct, const Judged& judged,
                                   std::string_view className) const;
  Tri addOne(const Addition& addition, std::uint64_t timeNs, std::uint64_t weight, Reason& reason);

  const CountRule& rule_;
  BoundedMap<Counts> counts_;
};

// How far sequences with the same key have come.
class Sequencer {
 public:
  explicit Sequencer(const SequenceRule& rule, std::size_t maxKeys = kMaxKeys)
      : rule_(rule), chains_(maxKeys) {}

  // Whether the steps came before this trigger.
  Tri completes(const Judged& judged, std::string_view className, Reason& reason);

  // Whether there is anything that a trigger at this time could complete, whatever its key.
  bool awaits(std::uint64_t timeNs) const {
    return lastNs_ && timeNs >= *lastNs_ && timeNs - *lastNs_ <= rule_.withinNs;
  }

  // To be called for everything that ran, after completes().
  void observe(const Judged& judged);

  std::uint64_t evictions() const { return chains_.evictions(); }

 private:
  // A chain of the first steps, and where it began: the latest, which can be completed longest.
  struct Chain {
    bool begun = false;
    std::uint64_t startNs = 0;
    std::string told;  // "download: curl(71), 2.1 s earlier" is made from this
  };
  struct Chains {
    std::vector<Chain> sure;      // [n]: of n + 1 steps
    std::vector<Chain> possible;  // with steps of which nobody can say
  };
  bool fresh(const Chain& chain, std::uint64_t timeNs) const {
    return chain.begun && timeNs >= chain.startNs && timeNs - chain.startNs <= rule_.withinNs;
  }
  void extend(std::vector<Chain>& chains, std::size_t step, const Judged& judged) const;

  const SequenceRule& rule_;
  BoundedMap<Chains> chains_;
  std::optional<std::uint64_t>
      lastNs_;  // when a chain last came so far that a trigger completes it
};

}  // namespace exectrail::analyzer
