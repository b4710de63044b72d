#include "analyzer/engine/evaluate.h"

#include "analyzer/engine/facts.h"
#include "analyzer/engine/text_test.h"
#include "analyzer/engine/value.h"

namespace exectrail::analyzer {
namespace {

using Kind = Condition::Kind;
using State = Value::State;

std::string describe(const ImageNode& node) {
  const Facts* facts = knownFacts(node);
  return (facts == nullptr ? "?" : displayName(*facts)) + "(" + std::to_string(node.id.tgid) + ")";
}

class Evaluator {
 public:
  Evaluator(const Judged& judged, std::string_view className, Findings* findings)
      : judged_(judged), className_(className), findings_(findings) {}

  Tri evaluate(const Condition& condition) {
    switch (condition.kind) {
      case Kind::kAnd:
        return evaluateAnd(condition);
      case Kind::kOr:
        return evaluateOr(condition);
      case Kind::kNot:
        return evaluateNot(condition);
      case Kind::kSurely:
        return evaluateSurely(condition);
      case Kind::kExists:
        return evaluateExists(condition);
      case Kind::kAny:
      case Kind::kAll:
      case Kind::kCount:
        return condition.lineage ? evaluateLineage(condition) : evaluateList(condition);
      case Kind::kNearest:
        return evaluateNearest(condition);
      case Kind::kTrust:
        return evaluateTrust(condition);
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
      const std::size_t before = mark();
      result = either(result, evaluate(child));
      if (result == Tri::kTrue) break;
      forget(before);
    }
    return result;
  }

  Tri evaluateNot(const Condition& condition) {
    const std::size_t before = mark();
    const Tri result = !evaluate(condition.children.front());
    forget(before);
    if (result == Tri::kTrue) because([&] { return condition.text; });
    return result;
  }

  // What is missing stays named: explain shows it, although nothing hangs on it.
  Tri evaluateSurely(const Condition& condition) {
    return triOf(evaluate(condition.children.front()) == Tri::kTrue);
  }

  Tri evaluateExists(const Condition& condition) {
    const Value left = value(condition.left);
    if (left.state == State::kUnknown) return missingField(condition.left);
    if (left.known()) because([&] { return condition.text; });
    return triOf(left.known());
  }

  // Answers for elements, gathered into one for any(), all() or count().
  struct Tally {
    const Condition& condition;
    std::int64_t surely = 0;
    std::int64_t possibly = 0;
    std::int64_t all = 0;

    void add(Tri one) {
      ++all;
      surely += one == Tri::kTrue ? 1 : 0;
      possibly += one != Tri::kFalse ? 1 : 0;
    }

    // What nobody looked at may be anything, and any number.
    Tri result(bool complete) const {
      if (condition.kind == Kind::kAny) {
        return surely > 0 ? Tri::kTrue : triOfRange(possibly > 0 || !complete);
      }
      if (condition.kind == Kind::kAll) {
        if (possibly < all) return Tri::kFalse;
        return surely == all && complete ? Tri::kTrue : Tri::kUnknown;
      }
      return countResult(complete);
    }

    // Nothing more can change it.
    bool decided() const {
      return (condition.kind == Kind::kAny && surely > 0) ||
             (condition.kind == Kind::kAll && possibly < all);
    }

   private:
    static Tri triOfRange(bool possible) { return possible ? Tri::kUnknown : Tri::kFalse; }

    Tri countResult(bool complete) const {
      const auto holds = [this](std::int64_t n) {
        return compareNumbers(n, condition.op, condition.number);
      };
      const bool rising =
          condition.op == Operator::kGreater || condition.op == Operator::kGreaterOrEqual;
      if (!complete) return rising && holds(surely) ? Tri::kTrue : Tri::kUnknown;
      bool some = false;
      bool every = true;
      for (std::int64_t n = surely; n <= possibly; ++n) {
        some = some || holds(n);
        every = every && holds(n);
      }
      return every ? Tri::kTrue : triOfRange(some);
    }
  };

  Tri evaluateLineage(const Condition& condition) {
    const Lineage& lineage = condition.ancestors ? judged_.ancestors() : judged_.lineage();
    if (condition.generation != 0) return evaluateGeneration(condition, lineage);
    Tally tally{condition};
    const std::size_t before = mark();
    for (const ImageNode* node : lineage.above) {
      const Tri one = evaluateItem(condition.children.front(), {node, nullptr});
      forget(before);
      tally.add(one);
      if (!tally.decided()) continue;
      if (condition.kind == Kind::kAny) because([&] { return describe(*node); });
      return tally.result(true);
    }
    const Tri result = tally.result(lineage.complete);
    if (result == Tri::kTrue) because([&] { return condition.text; });
    if (result == Tri::kUnknown && !lineage.complete) missingAbove(lineage);
    return result;
  }

  // Of one process above: there is none, it is not known, or it is asked alone.
  Tri evaluateGeneration(const Condition& condition, const Lineage& lineage) {
    Tally tally{condition};
    if (condition.generation > lineage.above.size()) {
      const Tri result = tally.result(lineage.complete);
      if (result == Tri::kUnknown) missingAbove(lineage);
      return result;
    }
    const ImageNode& node = *lineage.above[condition.generation - 1];
    const std::size_t before = mark();
    tally.add(evaluateItem(condition.children.front(), {&node, nullptr}));
    forget(before);
    const Tri result = tally.result(true);
    if (result == Tri::kTrue) because([&] { return describe(node); });
    return result;
  }

  Tri evaluateItem(const Condition& condition, const Item& item) {
    const Item outer = item_;
    if (item.image != nullptr) item_.image = item.image;
    if (item.element != nullptr) item_.element = item.element;
    const Tri result = evaluate(condition);
    item_ = outer;
    return result;
  }

  Tri evaluateList(const Condition& condition) {
    const Value list = value(condition.left);
    if (list.state == State::kUnknown) return missingField(condition.left);
    if (list.state == State::kAbsent) return Tri::kFalse;
    Tally tally{condition};
    const std::size_t before = mark();
    for (std::size_t i = 0; i < list.list.size(); ++i) {
      Value element;
      element.state = State::kKnown;
      element.evidence = list.evidence;
      element.text = list.list[i];
      element.kept = list.list.text(i);
      element.truncated = list.truncated && i + 1 == list.list.size();
      tally.add(evaluateItem(condition.children.front(), {nullptr, &element}));
      forget(before);
      if (!tally.decided()) continue;
      if (condition.kind == Kind::kAny) {
        because([&] { return fieldName(condition.left) + " " + std::string(element.text); });
      }
      return tally.result(true);
    }
    const Tri result = tally.result(!list.truncated);
    if (result == Tri::kTrue) because([&] { return condition.text; });
    if (result == Tri::kUnknown) missingField(condition.left);
    return result;
  }

  // Walks up until an image satisfies the first condition; if it is not sure of one, no later image
  // can be the nearest for sure.
  Tri evaluateNearest(const Condition& condition) {
    const Lineage& lineage = judged_.lineage();
    const std::size_t before = mark();
    // What the answer would be for each image that may be the nearest; they all must agree.
    bool some = false;
    bool every = true;
    bool candidates = false;
    const auto consider = [&](Tri then) {
      candidates = true;
      some = some || then != Tri::kFalse;
      every = every && then == Tri::kTrue;
    };
    for (const ImageNode* node : lineage.above) {
      const Tri found = evaluateItem(condition.children.front(), {node, nullptr});
      forget(before);
      if (found == Tri::kFalse) continue;
      consider(evaluateItem(condition.children.back(), {node, nullptr}));
      forget(before);
      if (found != Tri::kTrue) continue;
      if (every) because([&] { return describe(*node); });
      return every ? Tri::kTrue : some ? Tri::kUnknown : Tri::kFalse;
    }
    if (lineage.complete) return candidates && some ? Tri::kUnknown : Tri::kFalse;
    missingAbove(lineage);
    return Tri::kUnknown;
  }

  void missingAbove(const Lineage& lineage) {
    missing([&] {
      const ImageNode& last = lineage.above.empty() ? *judged_.node() : *lineage.above.back();
      return "what stands above " + describe(last);
    });
  }

  // A parent that nobody can pretend to be: its executable, as the kernel names it, is in the list,
  // and the file is root's.
  Tri evaluateGenuine(const Condition& condition) {
    if (judged_.parent().top) return Tri::kFalse;
    const ImageNode* parent = judged_.parent().node.get();
    const Facts* facts = parent == nullptr ? nullptr : knownFacts(*parent);
    if (facts == nullptr) return missing([] { return "the parent"; });
    const ProgramFile& file = facts->file();
    const trace::Evidence& evidence = file.executableEvidence;
    const bool resolved = evidence.evidenceClass == trace::EvidenceClass::kKernel ||
                          evidence.evidenceClass == trace::EvidenceClass::kProcfs;
    if (!resolved || evidence.afterGap || evidence.truncated() ||
        file.place.kind != PlaceKind::kPath) {
      return missing([] { return "parent.executable"; });
    }
    if (!holds(*condition.set, file.place.path, file.placeAs.get(), judged_.world().memo)) {
      return Tri::kFalse;
    }
    if (!file.facts.known()) return missing([] { return "parent.file.uid"; });
    if (file.facts.value.uid != 0) return Tri::kFalse;
    because([&] {
      return "parent " + file.place.path + " (pid " + std::to_string(parent->id.tgid) +
             ", root's file)";
    });
    return Tri::kTrue;
  }

  // The texts are made only if somebody wants them.
  std::size_t mark() const { return findings_ == nullptr ? 0 : findings_->because.size(); }
  void forget(std::size_t mark) {
    if (findings_ != nullptr) findings_->because.resize(mark);
  }
  template <typename Make>
  void because(Make make) {
    if (findings_ != nullptr) findings_->because.emplace_back(make());
  }
  template <typename Make>
  Tri missing(Make make) {
    if (findings_ != nullptr) findings_->missing.emplace_back(make());
    return Tri::kUnknown;
  }

  Tri missingField(const FieldRef& field) {
    return missing([&] { return nameOf(field); });
  }

  std::string nameOf(const FieldRef& field) const {
    const bool ofItem = item_.image != nullptr && field.subject == Subject::kItem &&
                        field.attribute != Attribute::kIt;
    if (!ofItem) return fieldName(field);
    if (knownFacts(*item_.image) == nullptr) {
      return "what ran as pid " + std::to_string(item_.image->id.tgid);
    }
    return fieldName(field).substr(1) + " of " + describe(*item_.image);
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
      if (condition.kind == Kind::kNumber) {
        result = triOf(compareNumbers(left.number, condition.op, right.number));
      } else if (condition.kind == Kind::kEqual) {
        result = sameText(left, right.text, right.truncated, condition.nocase);
      } else {
        result = heldText(condition.kind, left, right, condition.nocase);
      }
    } else {
      const bool asksPlace = condition.kind == Kind::kUnder;
      result = asksPlace ? testPlace(condition, placeOf(condition.left, judged_, item_))
                         : testValue(condition, left, judged_.world().memo);
    }
    if (result == Tri::kUnknown) return missingField(condition.left);
    if (result == Tri::kTrue) because([&] { return explain(condition, left); });
    return result;
  }

  // Where a value comes from is always known: from nowhere, if the value is not.
  Tri evaluateTrust(const Condition& condition) {
    const Value left = value(condition.left);
    const bool result = compareNumbers(trustOf(left.evidence), condition.op, condition.number);
    if (result) {
      because([&] {
        return fieldName(condition.left) + " is " + std::string(trace::name(left.evidence));
      });
    }
    return triOf(result);
  }

  std::string explain(const Condition& condition, const Value& left) const {
    const bool plain = condition.kind != Kind::kLength && condition.kind != Kind::kBoolean;
    if (left.isList || !plain) return condition.text;
    const std::string text = fieldName(condition.left) + " ";
    if (condition.kind == Kind::kNumber || condition.kind == Kind::kNumberIn) {
      return text + std::to_string(left.number);
    }
    return text + std::string(left.text);
  }

  const Judged& judged_;
  std::string_view className_;
  Findings* findings_;  // null: nobody wants to know why
  Item item_;
};

}  // namespace

Tri evaluate(const Condition& condition, const Judged& judged, std::string_view className,
             Findings& findings) {
  return Evaluator(judged, className, &findings).evaluate(condition);
}

Tri evaluate(const Condition& condition, const Judged& judged, std::string_view className) {
  return Evaluator(judged, className, nullptr).evaluate(condition);
}

}  // namespace exectrail::analyzer
