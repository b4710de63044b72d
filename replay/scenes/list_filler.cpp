#include "replay/scenes/list_filler.h"

#include <algorithm>

#include "analyzer/paths/path.h"

namespace exectrail::replay {
namespace {

using analyzer::Attribute;
using analyzer::Condition;
using Kind = Condition::Kind;

constexpr std::size_t kMostPairs = 24;

bool ofPaths(const Goal& goal) {
  return goal.condition->left.attribute == Attribute::kArgumentPaths;
}

// What each element must be: the goals of one that stands for all.
Goals bodyOf(const Goal& goal) {
  const Condition& at = *goal.condition;
  if (!goal.element.empty()) return goal.element;
  if (at.kind == Kind::kAny || at.kind == Kind::kAll || at.kind == Kind::kCount) {
    return {{&at.children.front(), goal.wanted || at.kind == Kind::kCount, {}, {}, {}}};
  }
  return {{&at, goal.wanted, {}, goal.samples, {}}};
}

bool elementIs(const Goal& goal, const std::string& argument) {
  const Condition& at = *goal.condition;
  std::string text = argument;
  if (ofPaths(goal)) {
    if (!argument.starts_with('/')) return false;
    text = analyzer::placeOfTyped(argument, "/").path;
  }
  if (at.kind == Kind::kContains) return (at.texts.front() == text) == goal.wanted;
  return isSo(bodyOf(goal), text);
}

// Where one element decides, no other is to satisfy the whole condition.
bool aloneAllows(const Goal& goal, const std::string& argument, std::size_t index) {
  std::string text = argument;
  if (ofPaths(goal)) {
    if (index == 0 || !argument.starts_with('/')) return true;
    text = analyzer::placeOfTyped(argument, "/").path;
  }
  return isSo(goal.element, text) || !holds(goal.condition->children.front(), text, {});
}

}  // namespace

bool ListFiller::run(const std::string& scriptAt) {
  for (const Goal& each : literals_) sort(each);
  std::size_t first = 1;
  if (!image_.args.empty()) first = image_.args.size();
  image_.args.resize(first);
  if (image_.args[0].empty()) image_.args[0] = nameOf(image_.executable);
  if (!numbered()) return false;
  if (!scriptAt.empty()) {
    if (image_.args.size() < 2) image_.args.resize(2);
    image_.args[1] = scriptAt;
    fixed_.insert(1);
  }
  if (!universal()) return false;
  for (const Goal& each : some_) {
    if (!one(each)) return false;
  }
  return lengths();
}

void ListFiller::sort(const Goal& goal) {
  const Condition& at = *goal.condition;
  const Attribute about = at.left.attribute;
  if (about == Attribute::kArgument) {
    byIndex_[at.left.index].push_back(goal);
  } else if (at.kind == Kind::kLength) {
    lengths_.push_back(goal);
  } else if (at.kind == Kind::kAny || at.kind == Kind::kAll) {
    const bool some = !goal.element.empty() || (at.kind == Kind::kAny) == goal.wanted;
    (some ? some_ : all_).push_back(goal);
    if (!goal.element.empty() && at.kind == Kind::kAny) alone_.push_back(goal);
  } else if (goal.wanted || at.kind == Kind::kCount) {
    some_.push_back(goal);
  } else {
    all_.push_back(goal);
  }
}

bool ListFiller::allowed(const std::string& argument, std::size_t index) const {
  const auto alone = [&](const Goal& goal) { return aloneAllows(goal, argument, index); };
  if (!std::ranges::all_of(alone_, alone)) return false;
  return std::ranges::all_of(all_, [&](const Goal& goal) {
    if (ofPaths(goal) && (index == 0 || !argument.starts_with('/'))) return true;
    return elementIs(goal, argument);
  });
}

bool ListFiller::numbered() {
  for (const auto& place : byIndex_) {
    const std::size_t index = place.first;
    const Goals& goals = place.second;
    const bool wanted = std::ranges::any_of(goals, [](const Goal& goal) { return goal.wanted; });
    if (!wanted && index >= image_.args.size()) continue;
    Texts proposals;
    if (index < image_.args.size()) proposals.push_back(image_.args[index]);
    proposalsOf(goals, proposals);
    proposals.insert(proposals.end(), neutralTexts().begin(), neutralTexts().end());
    const auto found = std::ranges::find_if(proposals, [&](const std::string& text) {
      return isSo(goals, text) && allowed(text, index);
    });
    if (found == proposals.end()) return false;
    while (image_.args.size() <= index) addNeutral();
    image_.args[index] = *found;
    fixed_.insert(index);
  }
  return true;
}

// Replaces what may be replaced until each is as all must be.
bool ListFiller::universal() {
  for (std::size_t i = 0; i < image_.args.size(); ++i) {
    if (allowed(image_.args[i], i)) continue;
    if (fixed_.contains(i)) return false;
    Texts proposals;
    for (const Goal& each : all_) proposalsOf(bodyOf(each), proposals);
    proposals.insert(proposals.end(), neutralTexts().begin(), neutralTexts().end());
    const auto found =
        std::ranges::find_if(proposals, [&](const auto& each) { return allowed(each, i); });
    if (found == proposals.end()) return false;
    image_.args[i] = *found;
  }
  return true;
}

bool ListFiller::one(const Goal& goal) {
  const Condition& at = *goal.condition;
  std::int64_t wanted = 1;
  if (at.kind == Kind::kCount) {
    wanted = goal.number.value_or(std::max<std::int64_t>(at.number, 0) + (goal.wanted ? 0 : -1));
  }
  std::int64_t there = 0;
  for (std::size_t i = ofPaths(goal) ? 1 : 0; i < image_.args.size(); ++i) {
    there += elementIs(goal, image_.args[i]) ? 1 : 0;
  }
  if (there >= wanted) return true;
  Texts proposals;
  proposalsOf(bodyOf(goal), proposals);
  // Two at a time, for what has to hold both; and what lies below a folder.
  const std::size_t single = std::min(proposals.size(), kMostPairs);
  for (std::size_t i = 0; i < single; ++i) {
    if (ofPaths(goal)) proposals.push_back(proposals[i] + "x");
    for (std::size_t j = 0; j < single; ++j) {
      proposals.push_back(proposals[i] + " " + proposals[j]);
    }
  }
  proposals.insert(proposals.end(), neutralTexts().begin(), neutralTexts().end());
  const auto found = std::ranges::find_if(proposals, [&](const std::string& each) {
    return elementIs(goal, each) && allowed(each, image_.args.size());
  });
  if (found == proposals.end()) return false;
  for (; there < wanted; ++there) image_.args.push_back(*found);
  const std::string other = "/usr/lib/other";
  if (ofPaths(goal) && allowed(other, image_.args.size())) image_.args.push_back(other);
  return true;
}

bool ListFiller::lengths() {
  for (const Goal& goal : lengths_) {
    const auto fits = [&] {
      const auto size = static_cast<std::int64_t>(image_.args.size());
      return (goal.number ? size == *goal.number : holdsNumber(*goal.condition, size)) ==
             goal.wanted;
    };
    for (int i = 0; i < 8 && !fits(); ++i) addNeutral();
    while (!fits() && !image_.args.empty()) image_.args.pop_back();
    if (!fits()) return false;
  }
  return true;
}

// One that changes nothing, if there is such a one.
void ListFiller::addNeutral() {
  const auto neutral = std::ranges::find_if(
      neutralTexts(), [&](const auto& each) { return allowed(each, image_.args.size()); });
  image_.args.push_back(neutral == neutralTexts().end() ? "-z" : *neutral);
}

}  // namespace exectrail::replay
