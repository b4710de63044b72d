#include "replay/scenario/filter.h"

#include <algorithm>
#include <set>

namespace exectrail::replay {
namespace {

using Words = std::vector<std::string>;

bool has(const Words& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// T1204 is T1204 and each of its sub-techniques.
bool covers(const std::string& technique, const std::string& of) {
  return of == technique || of.starts_with(technique + ".");
}

Words recipesOf(const Scenario& scenario) {
  Words names;
  for (const Expectation& each : scenario.fire) names.push_back(each.recipe.name);
  for (const Named& each : scenario.silent.recipes) names.push_back(each.name);
  for (const Named& each : scenario.inconclusive) names.push_back(each.name);
  for (const Miss& each : scenario.misses) names.push_back(each.name.name);
  return names;
}

bool anyOf(const Words& wanted, const Words& there) {
  if (wanted.empty()) return true;
  return std::any_of(wanted.begin(), wanted.end(),
                     [&](const std::string& word) { return has(there, word); });
}

bool anyTechnique(const Words& wanted, const Words& there) {
  if (wanted.empty()) return true;
  return std::any_of(wanted.begin(), wanted.end(), [&](const std::string& word) {
    return std::any_of(there.begin(), there.end(),
                       [&](const std::string& each) { return covers(word, each); });
  });
}

std::string nothing(const char* what, const std::string& word, const std::set<std::string>& known) {
  return std::string("no scenario there has the ") + what + " '" + word + "'" +
         analyzer::didYouMean(word, Words(known.begin(), known.end()));
}

}  // namespace

bool selects(const Filter& filter, const Scenario& scenario) {
  return anyTechnique(filter.techniques, scenario.attack) && anyOf(filter.tags, scenario.tags) &&
         anyOf(filter.recipes, recipesOf(scenario));
}

std::string whatSelectsNothing(const Filter& filter, const Corpus& corpus,
                               const analyzer::Program& program) {
  std::set<std::string> techniques;
  std::set<std::string> tags;
  std::set<std::string> recipes;
  for (const auto& scenario : corpus) {
    techniques.insert(scenario->attack.begin(), scenario->attack.end());
    tags.insert(scenario->tags.begin(), scenario->tags.end());
    for (const std::string& name : recipesOf(*scenario)) recipes.insert(name);
  }
  for (const std::string& word : filter.techniques) {
    if (!anyTechnique({word}, Words(techniques.begin(), techniques.end()))) {
      return nothing("technique", word, techniques);
    }
  }
  for (const std::string& word : filter.tags) {
    if (!tags.contains(word)) return nothing("tag", word, tags);
  }
  for (const std::string& word : filter.recipes) {
    if (recipes.contains(word)) continue;
    Words loaded;
    for (const analyzer::Recipe& each : program.recipes()) loaded.push_back(each.info->name);
    if (has(loaded, word)) return "no scenario there names the recipe '" + word + "'";
    return "there is no recipe '" + word + "'" + analyzer::didYouMean(word, loaded) +
           "; a recipe file is given with --recipes";
  }
  const bool any = std::any_of(corpus.begin(), corpus.end(),
                               [&](const auto& each) { return selects(filter, *each); });
  return any ? "" : "no scenario there is selected by all of --technique, --recipe and --tag";
}

}  // namespace exectrail::replay
