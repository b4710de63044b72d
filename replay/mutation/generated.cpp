#include "replay/mutation/generated.h"

#include <algorithm>
#include <filesystem>

#include "replay/scenes/suite_builder.h"
#include "replay/traces/loaded_trace.h"

namespace exectrail::replay {
namespace {

using analyzer::Alert;

analyzer::Program only(const analyzer::Recipe& recipe) {
  std::vector<analyzer::Recipe> alone;
  alone.push_back(recipe);
  return {std::move(alone), ""};
}

std::uint64_t undecidedIn(const Analysis& analysis) {
  std::uint64_t sum = 0;
  for (const auto& [name, counts] : analysis.summary.recipes) sum += counts.inconclusive;
  return sum;
}

bool same(const Alert& a, const Alert& b) {
  return keyOf(a) == keyOf(b) && a.exempted == b.exempted && changes(a, b).empty();
}

// "raise as_root: `uid == 0`…" is about "as_root: uid == 0", or about "uid == 0".
bool about(const Mutant& mutant, const std::string& part) {
  if (mutant.change.find(part) != std::string::npos) return true;
  const std::size_t colon = part.find(": ");
  return colon != std::string::npos &&
         mutant.change.find(part.substr(colon + 2)) != std::string::npos;
}

}  // namespace

GeneratedSuite::GeneratedSuite(const analyzer::Recipe& recipe) {
  const analyzer::Program program = only(recipe);
  const std::vector<std::string> environment = variablesOf(recipe);
  const Ask ask = [&](const Scene& scene) {
    const auto trace = becomes(scene, environment);
    Answer answer;
    for (const Alert& alert : analyse(program, trace->header, trace->records).alerts) {
      answer.alerts = true;
      for (const analyzer::Reason& each : alert.reasons) answer.reasons.push_back(each.name);
    }
    return answer;
  };
  Scenes scenes = scenesOf(recipe, ask);
  undecided_ = std::move(scenes.undecided);
  for (const Scene& scene : scenes.all) {
    Case made{scene.about, becomes(scene, environment), {}};
    made.before = analyse(program, made.trace->header, made.trace->records);
    cases_.push_back(std::move(made));
  }
}

bool GeneratedSuite::differs(const Case& each, const analyzer::Program& mutant) const {
  const Analysis after = analyse(mutant, each.trace->header, each.trace->records);
  return undecidedIn(after) != undecidedIn(each.before) ||
         !std::equal(each.before.alerts.begin(), each.before.alerts.end(), after.alerts.begin(),
                     after.alerts.end(), same);
}

bool GeneratedSuite::kills(const Mutant& mutant) const {
  const analyzer::Program program = only(mutant.recipe);
  // What is about the same part first: mostly one trace is enough.
  const auto near = [&](const Case& each) { return about(mutant, each.about); };
  for (const bool first : {true, false}) {
    for (const Case& each : cases_) {
      if (near(each) == first && differs(each, program)) return true;
    }
  }
  return false;
}

std::string GeneratedSuite::whyAlive(const Mutant& mutant) const {
  if (mutant.equivalent) return "the same recipe: " + *mutant.equivalent;
  for (const auto& [part, why] : undecided_) {
    if (about(mutant, part)) return why;
  }
  return "all " + std::to_string(cases_.size()) + " generated traces and the corpus answer alike";
}

std::size_t GeneratedSuite::firing() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(cases_, [](const Case& each) { return !each.before.alerts.empty(); }));
}

void GeneratedSuite::write(const std::string& folder, const std::string& recipe) const {
  std::filesystem::create_directories(folder);
  for (std::size_t i = 0; i < cases_.size(); ++i) {
    const SceneTrace& trace = *cases_[i].trace;
    writeTrace(folder + "/" + recipe + "-" + std::to_string(i + 1) + ".trail", trace.header,
               trace.records, accountOf(trace.records, {}));
  }
}

}  // namespace exectrail::replay
