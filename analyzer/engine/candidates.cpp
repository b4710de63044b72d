#include "analyzer/engine/candidates.h"

#include "analyzer/engine/script_argument.h"
#include "analyzer/engine/text_test.h"

namespace exectrail::analyzer {
namespace {

using Kind = Condition::Kind;

bool isAboutPath(const Condition& condition) {
  const Attribute attribute = condition.left.attribute;
  const bool path = attribute == Attribute::kName || attribute == Attribute::kExecutable;
  return path && condition.left.subject == Subject::kProcess && !condition.right;
}

Tri testPath(const Condition& condition, const ImageFacts& facts) {
  switch (condition.kind) {
    case Kind::kEqual:
    case Kind::kTextIn:
    case Kind::kMatches:
    case Kind::kUnder:
    case Kind::kContains:
    case Kind::kStartsWith:
    case Kind::kEndsWith:
      break;
    default:
      return Tri::kUnknown;
  }
  if (!isAboutPath(condition)) return Tri::kUnknown;
  const bool name = condition.left.attribute == Attribute::kName;
  return testValue(condition, knownText(name ? facts.name : facts.place.path, {}), facts.place);
}

}  // namespace

Tri evaluateByPath(const Condition& condition, const ImageFacts& facts) {
  Tri result = condition.kind == Kind::kOr ? Tri::kFalse : Tri::kTrue;
  switch (condition.kind) {
    case Kind::kAnd:
      for (const Condition& child : condition.children) {
        result = both(result, evaluateByPath(child, facts));
      }
      return result;
    case Kind::kOr:
      for (const Condition& child : condition.children) {
        result = either(result, evaluateByPath(child, facts));
      }
      return result;
    case Kind::kNot:
      return !evaluateByPath(condition.children.front(), facts);
    case Kind::kSurely:  // unknown means here: decided by more than the path
      return evaluateByPath(condition.children.front(), facts);
    default:
      return testPath(condition, facts);
  }
}

// Only what follows from the two paths may be looked at here, and the name.
bool Candidates::concerns(const Recipe& recipe, const Judged& judged) {
  if (recipe.results.empty()) return false;  // about mappings
  const ImageFacts& facts = judged.facts();
  if (recipe.when && evaluateByPath(*recipe.when, facts) == Tri::kFalse) return false;
  if (!recipe.classified) return true;
  if (recipe.path == PathSource::kArgument) {
    return scriptArgument(facts.name, {}, true).source != ScriptSource::kNone;
  }
  return recipe.classifier.classify(facts.place.path) ||
         (recipe.typedPathOnly != TypedPathOnly::kIgnore &&
          recipe.classifier.classify(judged.typedPlace().path));
}

const std::vector<std::uint32_t>* Candidates::of(const Judged& judged) {
  if (judged.attempt() || judged.isMapping() || judged.script()) return nullptr;
  const ImageFacts& facts = judged.facts();
  // What was cut could be anything, for some of the conditions.
  const bool whole = facts.place.kind == PlaceKind::kPath && !facts.executable.evidence.truncated();
  if (!whole || judged.typedPlace().kind != PlaceKind::kPath) return nullptr;
  key_ = facts.place.path;
  key_ += '\0';
  key_ += judged.typedPlace().path;
  const auto found = byPaths_.find(key_);
  if (found != byPaths_.end()) return &found->second;
  if (byPaths_.size() >= kMaxPaths) byPaths_.clear();
  std::vector<std::uint32_t>& numbers = byPaths_[key_];
  for (std::uint32_t i = 0; i < recipes_.size(); ++i) {
    if (concerns(*recipes_[i], judged)) numbers.push_back(i);
  }
  return &numbers;
}

}  // namespace exectrail::analyzer
