#include "analyzer/engine/evaluate.h"

#include <re2/re2.h>

#include <algorithm>

#include "analyzer/engine/facts.h"
#include "analyzer/engine/value.h"

namespace exectrail::analyzer {
namespace {

using Kind = Condition::Kind;
using State = Value::State;

std::string describe(const ImageNode& node) {
  const ImageFacts* facts = knownFacts(node);
  return (facts == nullptr ? "?" : displayName(*facts)) + "(" + std::to_string(node.id.tgid) + ")";
}

class Evaluator {
 public:
  Evaluator(const Judged& judged, std::string_view className, Findings& findings)
      : judged_(judged), className_(className), findings_(findings) {}

  Tri evaluate(const Condition& condition) {
    switch (condition.kind) {
      case Kind::kAnd:
        return evaluateAnd(condition);
      case Kind::kOr:
        return evaluateOr(condition);
      case Kind::kNot:
        return evaluateNot(condition);
      case Kind::kAny:
      case Kind::kAll:
        return evaluateLineage(condition);
      case Kind::kGenuine:
        return evaluateGenuine(condition);
      default:
        return evaluateField(condition);
    }
  }

 private:
  Tri evaluateAnd(const Condition& condition) {
    Tri result = Tri::kTrue;
    for (const Condition& child : condition.children) {
      result = both(result, evaluate(child));
      if (result == Tri::kFalse) break;
    }
    return result;
  }

  Tri evaluateOr(const Condition& condition) {
    Tri result = Tri::kFalse;
    for (const Condition& child : condition.children) {
      const std::size_t before = findings_.because.size();
      result = either(result, evaluate(child));
      if (result == Tri::kTrue) break;
      findings_.because.resize(before);
    }
    return result;
  }

  Tri evaluateNot(const Condition& condition) {
    const std::size_t before = findings_.because.size();
    const Tri result = !evaluate(condition.children.front());
    findings_.because.resize(before);
    if (result == Tri::kTrue) findings_.because.push_back(condition.text);
    return result;
  }

  Tri evaluateLineage(const Condition& condition) {
    const bool any = condition.kind == Kind::kAny;
    const Tri decided = any ? Tri::kTrue : Tri::kFalse;
    const Lineage& lineage = judged_.lineage();
    Tri result = !decided;
    const std::size_t before = findings_.because.size();
    for (const ImageNode* node : lineage.above) {
      item_ = node;
      const Tri one = evaluate(condition.children.front());
      item_ = nullptr;
      findings_.because.resize(before);
      if (one == decided) {
        if (any) findings_.because.push_back(describe(*node));
        return decided;
      }
      result = any ? either(result, one) : both(result, one);
    }
    if (!lineage.complete) {
      const ImageNode& last = lineage.above.empty() ? *judged_.node() : *lineage.above.back();
      findings_.missing.push_back("what stands above " + describe(last));
      return Tri::kUnknown;
    }
    if (result == Tri::kTrue) findings_.because.push_back(condition.text);
    return result;
  }

  // A parent that nobody can pretend to be: its executable, as the kernel names it, is in the list,
  // and the file is root's.
  Tri evaluateGenuine(const Condition& condition) {
    if (judged_.parent().top) return Tri::kFalse;
    const ImageNode* parent = judged_.parent().node.get();
    const ImageFacts* facts = parent == nullptr ? nullptr : knownFacts(*parent);
    if (facts == nullptr) return missing("the parent");
    const trace::Evidence& evidence = facts->executable.evidence;
    const bool resolved = evidence.evidenceClass == trace::EvidenceClass::kKernel ||
                          evidence.evidenceClass == trace::EvidenceClass::kProcfs;
    const Place place = executablePlace(*facts);
    if (!resolved || evidence.afterGap || evidence.truncated() || place.kind != PlaceKind::kPath) {
      return missing("parent.executable");
    }
    if (!condition.set->contains(place.path)) return Tri::kFalse;
    if (!facts->file.known()) return missing("parent.file.uid");
    if (facts->file.value.uid != 0) return Tri::kFalse;
    findings_.because.push_back("parent " + place.path + " (pid " +
                                std::to_string(parent->id.tgid) + ", root's file)");
    return Tri::kTrue;
  }

  Tri missing(std::string what) {
    findings_.missing.push_back(std::move(what));
    return Tri::kUnknown;
  }

  Tri missingField(const FieldRef& field) {
    const bool ofItem = item_ != nullptr && field.subject == Subject::kItem;
    if (!ofItem) return missing(fieldName(field));
    if (knownFacts(*item_) == nullptr)
      return missing("what ran as pid " + std::to_string(item_->id.tgid));
    return missing(fieldName(field).substr(1) + " of " + describe(*item_));
  }

  Value value(const FieldRef& field) const { return valueOf(field, judged_, className_, item_); }

  Tri evaluateField(const Condition& condition) {
    const Value left = value(condition.left);
    if (left.state == State::kUnknown) return missingField(condition.left);
    if (left.state == State::kAbsent) return Tri::kFalse;
    Tri result = Tri::kUnknown;
    if (condition.right) {
      const Value right = value(*condition.right);
      if (right.state == State::kUnknown) return missingField(*condition.right);
      if (right.state == State::kAbsent) return Tri::kFalse;
      result = condition.kind == Kind::kNumber
                   ? triOf(compare(left.number, condition.op, right.number))
                   : equal(left, right.text, right.truncated);
    } else {
      result = test(condition, left);
    }
    if (result == Tri::kUnknown) return missingField(condition.left);
    if (result == Tri::kTrue) findings_.because.push_back(explain(condition, left));
    return result;
  }

  std::string explain(const Condition& condition, const Value& left) const {
    std::string text = fieldName(condition.left) + " ";
    if (left.list != nullptr) return condition.text;
    if (condition.kind == Kind::kNumber || condition.kind == Kind::kNumberIn) {
      return text + std::to_string(left.number);
    }
    return text + left.text;
  }

  Tri test(const Condition& condition, const Value& left) const {
    switch (condition.kind) {
      case Kind::kNumber:
        return triOf(compare(left.number, condition.op, condition.number));
      case Kind::kNumberIn:
        return triOf(std::ranges::count(condition.numbers, left.number) > 0);
      case Kind::kEqual:
        return equal(left, condition.texts.front(), false);
      case Kind::kTextIn:
        return whole(left, condition.set->contains(left.text));
      case Kind::kMatches:
        return whole(left, re2::RE2::PartialMatch(left.text, *condition.regex));
      case Kind::kUnder:
        return under(condition);
      case Kind::kContains:
        return contains(condition, left);
      case Kind::kStartsWith:
        return startsWith(condition, left);
      case Kind::kEndsWith:
        return whole(left, std::ranges::any_of(condition.texts, [&](const std::string& text) {
                       return left.text.ends_with(text);
                     }));
      default:
        return Tri::kUnknown;
    }
  }

  static bool compare(std::int64_t left, Operator op, std::int64_t right) {
    switch (op) {
      case Operator::kLess:
        return left < right;
      case Operator::kLessOrEqual:
        return left <= right;
      case Operator::kGreater:
        return left > right;
      case Operator::kGreaterOrEqual:
        return left >= right;
      default:
        return left == right;
    }
  }

  // The answer for a whole text; of a text that was cut nobody knows the rest.
  static Tri whole(const Value& left, bool answer) {
    return left.truncated ? Tri::kUnknown : triOf(answer);
  }

  static Tri equal(const Value& left, std::string_view right, bool rightTruncated) {
    if (!left.truncated && !rightTruncated) return triOf(left.text == right);
    const std::size_t common = std::min(left.text.size(), right.size());
    const bool differs = left.text.compare(0, common, right, 0, common) != 0;
    return differs ? Tri::kFalse : Tri::kUnknown;
  }

  static Tri startsWith(const Condition& condition, const Value& left) {
    Tri result = Tri::kFalse;
    for (const std::string& text : condition.texts) {
      if (left.text.starts_with(text)) return Tri::kTrue;
      const bool couldBe = left.truncated && text.starts_with(left.text);
      if (couldBe) result = Tri::kUnknown;
    }
    return result;
  }

  static Tri contains(const Condition& condition, const Value& left) {
    const auto found = [&](const std::string& text) {
      if (left.list == nullptr) return left.text.find(text) != std::string::npos;
      // Of a list that was cut, the last element may be only the beginning of another text.
      const auto end = left.list->end() - (left.truncated && !left.list->empty() ? 1 : 0);
      return std::find(left.list->begin(), end, text) != end;
    };
    return std::ranges::any_of(condition.texts, found) ? Tri::kTrue : whole(left, false);
  }

  Tri under(const Condition& condition) const {
    const Place place = placeOf(condition.left, judged_, item_);
    if (place.kind == PlaceKind::kHandle) return Tri::kFalse;
    if (place.kind == PlaceKind::kUnknown) return Tri::kUnknown;
    return triOf(std::ranges::any_of(condition.texts, [&](const std::string& directory) {
      return isUnder(place.path, directory);
    }));
  }

  const Judged& judged_;
  std::string_view className_;
  Findings& findings_;
  const ImageNode* item_ = nullptr;
};

}  // namespace

Tri evaluate(const Condition& condition, const Judged& judged, std::string_view className,
             Findings& findings) {
  return Evaluator(judged, className, findings).evaluate(condition);
}

}  // namespace exectrail::analyzer
