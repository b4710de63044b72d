// What is usual on a host: for each first-seen recipe, the values its executions have had. A text
// file that people can read, compare and edit:
//   exectrail baseline 1
//   RECIPE <tab> VALUE <tab> VALUE ...
// Values are escaped as in dumps; lines are sorted, so that the same traces give the same file.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/compiler/program.h"
#include "analyzer/engine/memory.h"

namespace exectrail::analyzer {

inline constexpr std::size_t kMaxBaselineLines = 1'000'000;

// Collects what first-seen recipes would have found new.
class BaselineLearner {
 public:
  explicit BaselineLearner(const Program& program) : program_(program) {}

  void learn(const Judged& judged);

  // The whole file.
  std::string text() const;

  std::size_t lines() const { return lines_.size(); }
  std::size_t leftOut() const { return leftOut_; }      // more than fit
  std::size_t undecided() const { return undecided_; }  // whose values are not all known

 private:
  const Program& program_;
  std::set<std::string> lines_;
  std::size_t leftOut_ = 0;
  std::size_t undecided_ = 0;
};

// Throws EnvironmentError, which names `file` and the line, for what is no baseline.
Baseline parseBaseline(const std::string& file, std::string_view text);

}  // namespace exectrail::analyzer
