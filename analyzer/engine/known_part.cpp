#include "analyzer/engine/known_part.h"

#include <algorithm>
#include <utility>

#include "analyzer/engine/evaluate.h"
#include "analyzer/engine/script_argument.h"

namespace exectrail::analyzer {
namespace {

using Kind = Condition::Kind;

bool isParts(const Condition& condition) {
  return condition.kind == Kind::kAnd || condition.kind == Kind::kOr ||
         condition.kind == Kind::kNot || condition.kind == Kind::kSurely;
}

bool hasElements(const Condition& condition) {
  const bool quantifier = condition.kind == Kind::kAny || condition.kind == Kind::kAll ||
                          condition.kind == Kind::kCount;
  return quantifier || condition.kind == Kind::kNearest;
}

// Of an attempt, `process` is who tried: its arguments are another's.
bool ownArguments(const FieldRef& field, bool attempt) {
  const bool arguments = field.attribute == Attribute::kArguments ||
                         field.attribute == Attribute::kArgument ||
                         field.attribute == Attribute::kCommandLine;
  return arguments &&
         (field.subject == Subject::kExec || (field.subject == Subject::kProcess && !attempt));
}

Basis basisOfField(const FieldRef& field, bool attempt) {
  const bool own = field.subject == Subject::kExec || field.subject == Subject::kProcess;
  switch (field.attribute) {
    case Attribute::kPath:
    case Attribute::kFileName:
    case Attribute::kTypedPath:
    case Attribute::kResult:
    case Attribute::kIsAttempt:
    case Attribute::kIsMapping:
    case Attribute::kIsScript:
      return Basis::kPaths;
    case Attribute::kSecure:
      return own ? Basis::kPaths : Basis::kOther;
    case Attribute::kExecutable:
    case Attribute::kName:
      if (field.subject == Subject::kParent) return Basis::kParent;
      return field.subject == Subject::kProcess ? Basis::kPaths : Basis::kOther;
    case Attribute::kWorkingDirectory:
      return field.subject == Subject::kExec ? Basis::kDirectory : Basis::kOther;
    case Attribute::kComm:
      return field.subject == Subject::kProcess ? Basis::kTaskName : Basis::kOther;
    case Attribute::kArguments:
    case Attribute::kArgument:
    case Attribute::kCommandLine:
      return ownArguments(field, attempt) ? Basis::kArgument : Basis::kOther;
    default:
      break;
  }
  const bool ofContext =
      field.attribute >= Attribute::kUserId && field.attribute <= Attribute::kVariable;
  return ofContext && own ? Basis::kContext : Basis::kOther;
}

// If that of its field is known.
Basis basisOfTest(const Condition& test, Basis ofField) {
  switch (test.kind) {
    case Kind::kGenuine:
      return Basis::kParent;
    case Kind::kBoolean:
    case Kind::kLength:
    case Kind::kNumber:
    case Kind::kNumberIn:
    case Kind::kEqual:
    case Kind::kTextIn:
    case Kind::kMatches:
    case Kind::kUnder:
    case Kind::kContains:
    case Kind::kStartsWith:
    case Kind::kEndsWith:
      return test.right ? Basis::kOther : ofField;
    default:
      return Basis::kOther;
  }
}

// Whether it says something of an element, whatever else is the case.
bool onlyOfElement(const Condition& condition) {
  if (isParts(condition)) return std::ranges::all_of(condition.children, onlyOfElement);
  return condition.left.attribute == Attribute::kIt &&
         basisOfTest(condition, Basis::kContext) == Basis::kContext;
}

// any(environment, it startswith 'LD_'): as a whole, a test of the context.
bool isOfContextList(const Condition& condition, bool attempt) {
  return condition.kind == Kind::kAny && !condition.lineage &&
         basisOfField(condition.left, attempt) == Basis::kContext &&
         onlyOfElement(condition.children.front());
}

class KnownPart {
 public:
  KnownPart(const Judged& judged, const ArgumentHits& arguments)
      : judged_(judged), arguments_(arguments) {}

  Tri of(const Condition& condition, bool element) {
    switch (condition.kind) {
      case Kind::kAnd:
        return ofAnd(condition, element);
      case Kind::kOr: {
        Tri result = Tri::kFalse;
        for (const Condition& child : condition.children) {
          result = either(result, of(child, element));
          if (result == Tri::kTrue) break;
        }
        return result;
      }
      case Kind::kNot:
        return !of(condition.children.front(), element);
      case Kind::kSurely:
        return ofSurely(condition, element);
      case Kind::kAny:
        return ofAny(condition);
      default:
        break;
    }
    const bool ofElement = element && condition.left.attribute == Attribute::kIt;
    const Basis basis = basisOf(condition, judged_.attempt());
    if (ofElement || basis == Basis::kArgument) {
      return arguments_.anything || mayBeTrue(condition) ? guess() : Tri::kFalse;
    }
    const bool known = basis != Basis::kOther || (isOfScript(condition) && scriptByPaths());
    return known ? evaluate(condition, judged_, {}) : guess();
  }

  bool guessed() const { return guessed_; }

 private:
  Tri guess() {
    guessed_ = true;
    return Tri::kUnknown;
  }

  // What is unknown without a guess stays so, and that is not sure.
  Tri ofSurely(const Condition& condition, bool element) {
    const bool before = std::exchange(guessed_, false);
    const Tri sure = of(condition.children.front(), element);
    const bool open = guessed_ && sure == Tri::kUnknown;
    guessed_ = before || open;
    return open ? Tri::kUnknown : triOf(sure == Tri::kTrue);
  }

  static bool isOfScript(const Condition& test) {
    return test.left.attribute == Attribute::kScriptPath &&
           basisOfTest(test, Basis::kPaths) == Basis::kPaths;
  }

  bool scriptByPaths() const {
    return judged_.script() || judged_.attempt() || judged_.scriptArgument().absent;
  }

  // What is known of them is said of one argument at least.
  static bool asksForNone(const Condition& test) {
    if (test.kind != Kind::kLength || test.left.attribute != Attribute::kArguments) return false;
    return (test.op == Operator::kEqual && test.number == 0) ||
           (test.op == Operator::kLess && test.number == 1) ||
           (test.op == Operator::kLessOrEqual && test.number == 0);
  }

  bool mayBeTrue(const Condition& test) const {
    if (asksForNone(test)) return false;
    if (!ArgumentTests::canAsk(test)) return true;
    return arguments_.tests != nullptr && arguments_.tests->mayBeTrue(test, arguments_.hits);
  }

  Tri ofAnd(const Condition& condition, bool element) {
    Tri result = Tri::kTrue;
    for (const Condition& child : condition.children) {
      result = both(result, of(child, element));
      if (result == Tri::kFalse) break;
    }
    return result;
  }

  // There may be no element at all: what is true of each need not be true of one.
  Tri ofAny(const Condition& condition) {
    if (isOfContextList(condition, judged_.attempt())) return evaluate(condition, judged_, {});
    if (condition.lineage || !ownArguments(condition.left, judged_.attempt())) {
      return guess();
    }
    return of(condition.children.front(), true) == Tri::kFalse ? Tri::kFalse : guess();
  }

  const Judged& judged_;
  const ArgumentHits& arguments_;
  bool guessed_ = false;
};

void collect(const Condition& condition, Basis basis, bool element, Tests& tests) {
  if (isParts(condition)) {
    for (const Condition& child : condition.children) collect(child, basis, element, tests);
    return;
  }
  if (hasElements(condition)) {
    if (basis == Basis::kContext && isOfContextList(condition, false)) tests.push_back(&condition);
    const bool arguments =
        !condition.lineage && condition.kind == Kind::kAny && ownArguments(condition.left, false);
    if (arguments) collect(condition.children.front(), basis, true, tests);
    return;
  }
  const bool ofElement = element && condition.left.attribute == Attribute::kIt;
  const Basis own = ofElement ? Basis::kArgument : basisOf(condition, false);
  if (own != basis) return;
  if (basis != Basis::kArgument || ArgumentTests::canAsk(condition)) tests.push_back(&condition);
}

}  // namespace

Basis basisOf(const Condition& test, bool attempt) {
  return basisOfTest(test, basisOfField(test.left, attempt));
}

KnownAnswer knownPart(const Condition& condition, const Judged& judged,
                      const ArgumentHits& arguments) {
  KnownPart part(judged, arguments);
  const Tri answer = part.of(condition, false);
  return {answer, !part.guessed()};
}

void collectTests(const Condition& condition, Basis basis, Tests& tests) {
  collect(condition, basis, false, tests);
}

}  // namespace exectrail::analyzer
