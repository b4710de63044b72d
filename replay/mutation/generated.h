// Traces made up for one recipe, from the recipe alone: in each of them one part of it decides, an
// entry of a list, a clause, a class, a reason to raise. What the recipe says of them as it is, is
// what a mutant is compared with. They say nothing about attacks: only a corpus does.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "analyzer/compiler/program.h"
#include "replay/mutation/mutants.h"
#include "replay/scenes/scene.h"
#include "replay/verdict/analysis.h"

namespace exectrail::replay {

class GeneratedSuite {
 public:
  explicit GeneratedSuite(const analyzer::Recipe& recipe);

  // Whether the mutant says anything else of any of them: alerts, their severity, class, path and
  // reasons, exemptions, suppression, and how many are undecided.
  bool kills(const Mutant& mutant) const;

  // Of a mutant that survived: what was not found, or that nothing tells it apart.
  std::string whyAlive(const Mutant& mutant) const;

  std::size_t size() const { return cases_.size(); }
  std::size_t firing() const;  // in how many of them the recipe alerts

  // Writes them as traces into a folder, for looking at.
  void write(const std::string& folder, const std::string& recipe) const;

 private:
  struct Case {
    std::string about;
    std::unique_ptr<SceneTrace> trace;
    Analysis before;
  };
  bool differs(const Case& each, const analyzer::Program& mutant) const;

  std::vector<Case> cases_;
  std::vector<std::pair<std::string, std::string>> undecided_;
};

}  // namespace exectrail::replay
