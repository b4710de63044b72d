// From a recipe to what has to be run for it to alert.
#include <algorithm>
#include <set>

#include "replay/mutation/attacks.h"
#include "replay/scenes/samples.h"
#include "replay/scenes/scene.h"
#include "replay/scenes/solver.h"
#include "replay/scenes/suite_builder.h"
#include "replay/verdict/analysis.h"

namespace exectrail::replay {
namespace {

constexpr std::size_t kMostAlike = 3;

// The sandbox cannot write there, or a path there is no file's.
bool canHoldPrograms(const std::string& path) {
  for (const char* const prefix : {"/memfd:", "/proc/", "/sys/"}) {
    if (path.starts_with(prefix)) return false;
  }
  return true;
}

std::vector<std::string> placesOf(const analyzer::Recipe& recipe, const std::string& name) {
  std::vector<std::string> places;
  for (const std::string& entry : recipe.classifier.entries()) {
    if (!entry.starts_with(name + ": ")) continue;
    const std::string pattern = entry.substr(name.size() + 2);
    const bool glob = pattern.find_first_of("*?[{\\") != std::string::npos;
    for (std::string& path :
         glob ? samplesOfGlob(pattern) : std::vector<std::string>{pattern + "/tool"}) {
      const auto match = recipe.classifier.classify(path);
      if (match && match->directoryClass->name == name && canHoldPrograms(path)) {
        places.push_back(std::move(path));
        break;  // one for each entry
      }
    }
  }
  return places;
}

Act actOf(const Scene& scene) {
  Act act;
  act.executable = scene.process.executable;
  if (!scene.process.args.empty()) {
    act.args.assign(scene.process.args.begin() + 1, scene.process.args.end());
  }
  act.environment = scene.process.environment;
  act.uid = scene.process.effectiveUid;
  act.secure = scene.process.secure;
  for (const SceneImage& each : scene.above) {
    if (each.executable != "/usr/bin/parent" && each.executable != "/usr/sbin/top") {
      act.parents.push_back(each.executable);
    }
  }
  return act;
}

// What a stand-in in a sandbox cannot be; empty: nothing of that is needed.
std::string notToBeHad(const Scene& scene) {
  if (scene.process.terminal) return "it needs a terminal";
  if (!scene.process.container.empty()) return "it needs a container";
  if (scene.process.fileUid != 0) return "it needs a file of another user";
  for (const SceneImage& each : scene.above) {
    if (each.pid != 0 || each.args.size() > 1) return "it needs a certain parent process";
  }
  return {};
}

}  // namespace

Acts actsOf(const analyzer::Recipe& recipe) {
  if (recipe.count || recipe.sequence) return {{}, "it is about several executions"};
  if (std::ranges::count(recipe.results, 0) == 0) {
    return {{},
            recipe.mappings.empty() ? "it is about attempts that fail"
                                    : "it is about mappings: a companion of the others"};
  }
  if (recipe.path == analyzer::PathSource::kArgument) {
    return {{}, "it is about scripts: a companion of the others"};
  }
  std::vector<analyzer::Recipe> alone = {recipe};
  const analyzer::Program program(std::move(alone), "");
  const std::vector<std::string> environment = variablesOf(recipe);
  std::string missing = "nothing was found that makes it alert";
  const Accept accept = [&](const Scene& scene) {
    if (scene.script) return false;
    const auto trace = becomes(scene, environment);
    if (analyse(program, trace->header, trace->records).alerts.empty()) return false;
    const std::string need = notToBeHad(scene);
    if (!need.empty()) missing = need;
    return need.empty();
  };
  Wish wish;
  if (recipe.when) wish.goals = {{&*recipe.when, true, {}, {}, {}}};
  Acts acts;
  if (!recipe.classified) {
    if (const auto scene = solve(wish, accept)) acts.all.push_back(actOf(*scene));
  }
  std::set<std::string> done;
  for (const auto& each : recipe.classifier.classes()) {
    if (!recipe.classified || each.severity == analyzer::Severity::kInfo) continue;
    std::vector<std::string> places = placesOf(recipe, each.name);
    if (places.empty() || !done.insert(each.name).second) continue;
    wish.classifier = &recipe.classifier;
    wish.paths = {places.front()};
    wish.path = [&](const std::string& path) { return path == places.front(); };
    const auto scene = solve(wish, accept);
    if (!scene) continue;
    Act act = actOf(*scene);
    places.erase(places.begin());
    if (places.size() > kMostAlike) places.resize(kMostAlike);
    act.alike = std::move(places);
    acts.all.push_back(std::move(act));
  }
  if (acts.all.empty()) acts.whyNone = missing;
  return acts;
}

}  // namespace exectrail::replay
