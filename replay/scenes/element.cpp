#include "replay/scenes/element.h"

#include <algorithm>

#include "analyzer/engine/text_test.h"
#include "analyzer/paths/path.h"
#include "replay/scenes/samples.h"

namespace exectrail::replay {

using analyzer::Condition;
using analyzer::Tri;
using Kind = Condition::Kind;

namespace {
const trace::Evidence kSure{trace::EvidenceClass::kKernel};
}  // namespace

const Texts& neutralTexts() {
  static const Texts kNeutral = {"neutral", "-z", "1000", "x y", "/usr/bin/neutral", "x", ""};
  return kNeutral;
}

bool holdsNumber(const Condition& at, std::int64_t value) {
  return analyzer::compareNumbers(value, at.op, at.number);
}

bool holds(const Condition& at, const std::string& text,
           const std::optional<std::int64_t>& number) {
  switch (at.kind) {
    case Kind::kAnd:
      return std::ranges::all_of(at.children, [&](const auto& c) { return holds(c, text, {}); });
    case Kind::kOr:
      return std::ranges::any_of(at.children, [&](const auto& c) { return holds(c, text, {}); });
    case Kind::kNot:
      return !holds(at.children.front(), text, {});
    case Kind::kSurely:
      return holds(at.children.front(), text, {});
    case Kind::kExists:
    case Kind::kTrust:
      return true;
    case Kind::kLength: {
      const auto size = static_cast<std::int64_t>(text.size());
      return number ? size == *number : holdsNumber(at, size);
    }
    case Kind::kGenuine:
      return at.set->contains(text);
    case Kind::kUnder:
      return analyzer::testPlace(at, {analyzer::PlaceKind::kPath, text}) == Tri::kTrue;
    default:
      if (at.right) return true;  // whoever sets both looks after it
      return analyzer::testValue(at, analyzer::knownText(text, kSure), nullptr) == Tri::kTrue;
  }
}

bool isSo(const Goal& goal, const std::string& text) {
  if (goal.number && goal.condition->kind == Kind::kLength) {
    return holds(*goal.condition, text, goal.number) == goal.wanted;
  }
  return holds(*goal.condition, text, {}) == goal.wanted;
}

bool isSo(const Goals& goals, const std::string& element) {
  return std::ranges::all_of(goals, [&](const Goal& each) { return isSo(each, element); });
}

void proposalsOf(const Condition& at, Texts& to) {
  for (std::string& each : samplesOf(at)) to.push_back(std::move(each));
  if (at.kind == Kind::kLength && at.number >= 0 && at.number < 64) {
    for (std::int64_t n = std::max<std::int64_t>(at.number - 1, 0); n <= at.number + 1; ++n) {
      to.emplace_back(static_cast<std::size_t>(n), 'n');
    }
  }
  for (const Condition& each : at.children) proposalsOf(each, to);
}

void proposalsOf(const Goals& goals, Texts& to) {
  for (const Goal& each : goals) {
    if (each.wanted) to.insert(to.end(), each.samples.begin(), each.samples.end());
  }
  for (const Goal& each : goals) proposalsOf(*each.condition, to);
}

std::string nameOf(const std::string& path) {
  if (path.starts_with("/memfd:")) return path.substr(1);
  return std::string(analyzer::lastComponent(path));
}

}  // namespace exectrail::replay
