// Which recipes an execution can concern at all, by the path of the program and the typed one
// alone: what their triggers say about them is found out once for each distinct pair, and
// remembered. The other recipes are not asked. Bounded; what is forgotten is found out again.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "analyzer/compiler/program.h"
#include "analyzer/engine/judged.h"
#include "analyzer/engine/tri.h"

namespace exectrail::analyzer {

class Candidates {
 public:
  static constexpr std::size_t kMaxPaths = 65'536;

  // A recipe's number is its place in the order of calls.
  void add(const Recipe& recipe) { recipes_.push_back(&recipe); }

  // Numbers of the recipes to ask, ascending; null: all of them.
  const std::vector<std::uint32_t>* of(const Judged& judged);

 private:
  static bool concerns(const Recipe& recipe, const Judged& judged);

  std::vector<const Recipe*> recipes_;
  std::unordered_map<std::string, std::vector<std::uint32_t>> byPaths_;
  std::string key_;  // of the pair last asked for: its memory is used again
};

// The answer to a condition if nothing but the program's path and name were known: what it is
// `false` to by them, it is false to whatever the rest is.
Tri evaluateByPath(const Condition& condition, const ImageFacts& facts);

}  // namespace exectrail::analyzer
