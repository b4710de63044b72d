#include "replay/verdict/exercise.h"

#include <algorithm>
#include <filesystem>
#include <set>

namespace exectrail::replay {

Exercise exerciseOf(const analyzer::Program& program, const std::vector<Result>& results) {
  std::set<std::string> applied;
  std::set<std::string> fired;
  std::set<std::string> silent;
  for (const Result& result : results) {
    for (const auto& [recipe, outcome] : result.recipes) {
      applied.insert(recipe);
      if (result.verdict != Verdict::kPass) continue;
      if (outcome.expected > 0) fired.insert(recipe);
      if (outcome.alerts == 0 && result.recording.scenario->category == "benign") {
        silent.insert(recipe);
      }
    }
  }
  Exercise exercise;
  for (const analyzer::Recipe& recipe : program.recipes()) {
    const std::string& name = recipe.info->name;
    if (!recipe.enabled) {
      exercise.notApplied.push_back({name, "switched off (enabled: false)"});
    } else if (!recipe.firstSeen.empty() && !applied.contains(name)) {
      exercise.notApplied.push_back({name, "needs a baseline, which scenarios do not have"});
    } else if (!fired.contains(name)) {
      exercise.untested.push_back({name, "no passing scenario expects it to fire"});
    } else if (!silent.contains(name)) {
      exercise.untested.push_back({name, "no passing benign scenario leaves it silent"});
    }
  }
  return exercise;
}

bool nameWholeCorpus(const std::vector<std::string>& paths) {
  namespace fs = std::filesystem;
  return std::any_of(paths.begin(), paths.end(), [](const std::string& path) {
    std::error_code ignored;
    return fs::is_directory(fs::path(path) / "attack", ignored) &&
           fs::is_directory(fs::path(path) / "benign", ignored);
  });
}

}  // namespace exectrail::replay
