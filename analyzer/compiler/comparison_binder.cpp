// Comparisons: which operators a type has, and what may stand right of them.
#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "analyzer/compiler/bind_context.h"

namespace exectrail::analyzer {
namespace {

using OperandKind = Operand::Kind;
using ConditionKind = Condition::Kind;

bool isText(Type type) {
  return type == Type::kText || type == Type::kClassName || type == Type::kResultName;
}

bool isOrder(Operator op) { return op >= Operator::kLess && op <= Operator::kGreaterOrEqual; }

class ComparisonBinder {
 public:
  explicit ComparisonBinder(BindContext& context) : context_(context) {}

  void bind(const Expression& expression, Condition& condition) {
    if (expression.left.function != Operand::Function::kNone) {
      return bindFunction(expression, condition);
    }
    const std::optional<BoundField> left = context_.bindField(expression.left);
    if (!left) return;
    condition.left = left->ref;
    nocase_ = expression.nocase;
    if (nocase_ && !isText(left->type) && left->type != Type::kTextList) {
      error(DiagnosticCode::kWrongType, expression.left.offset,
            "'nocase' needs text, and '" + expression.left.text + "' is " +
                std::string(name(left->type)));
    }
    if (left->type == Type::kBoolean) {
      error(DiagnosticCode::kWrongType, expression.left.offset,
            "'" + expression.left.text + "' is true or false by itself",
            "write " + expression.left.text + " or not " + expression.left.text);
      return;
    }
    bindOperator(expression, *left, condition);
    condition.nocase = nocase_;
  }

 private:
  void error(DiagnosticCode code, std::size_t offset, std::string message, std::string help = {}) {
    context_.error(code, offset, std::move(message), std::move(help));
  }

  // len(FIELD) and trust(FIELD); count() is the other part's.
  void bindFunction(const Expression& expression, Condition& condition) {
    const bool length = expression.left.function == Operand::Function::kLength;
    condition.kind = length ? ConditionKind::kLength : ConditionKind::kTrust;
    condition.op = expression.op;
    const std::optional<BoundField> left = context_.bindField(expression.left);
    if (!left) return;
    condition.left = left->ref;
    const bool equality = expression.op == Operator::kEqual || expression.op == Operator::kNotEqual;
    if (!equality && !isOrder(expression.op)) {
      error(DiagnosticCode::kWrongType, expression.operatorOffset,
            "'" + std::string(name(expression.op)) + "' cannot compare this",
            "compare it with == != < <= > >=");
      return;
    }
    if (length) {
      if (left->type != Type::kText && left->type != Type::kTextList) {
        error(DiagnosticCode::kWrongType, expression.left.offset,
              "len() needs text or a list, and '" + expression.left.text + "' is " +
                  std::string(name(left->type)));
      }
      condition.number = constantNumber(expression, expression.right).value_or(0);
    } else {
      condition.number = constantTrust(expression.right);
    }
  }

  std::int64_t constantTrust(const Operand& operand) {
    constexpr std::array kClasses = {
        trace::EvidenceClass::kUnknown,  trace::EvidenceClass::kExternal,
        trace::EvidenceClass::kInferred, trace::EvidenceClass::kEntry,
        trace::EvidenceClass::kProcfs,   trace::EvidenceClass::kImage,
        trace::EvidenceClass::kKernel};
    std::vector<std::string> names;
    for (const trace::EvidenceClass each : kClasses) {
      if (operand.kind == OperandKind::kWord && operand.text == trace::name(each)) {
        return trustOf(each);
      }
      names.emplace_back(trace::name(each));
    }
    error(
        DiagnosticCode::kBadValue, operand.offset,
        "'" + operand.text + "' is no class of evidence" + didYouMean(operand.text, names),
        "from the least to the most trusted: unknown external inferred entry procfs image kernel");
    return 0;
  }

  void bindOperator(const Expression& expression, const BoundField& left, Condition& condition) {
    switch (expression.op) {
      case Operator::kEqual:
      case Operator::kNotEqual:
        return bindEqual(expression, left, condition);
      case Operator::kLess:
      case Operator::kLessOrEqual:
      case Operator::kGreater:
      case Operator::kGreaterOrEqual:
        return bindOrder(expression, left, condition);
      case Operator::kIn:
        return bindIn(expression, left, condition);
      case Operator::kMatches:
        return bindMatches(expression, left, condition);
      case Operator::kGlob:
        return bindGlob(expression, left, condition);
      case Operator::kUnder:
        return bindUnder(expression, left, condition);
      case Operator::kContains:
        return bindParts(expression, left, condition, ConditionKind::kContains);
      case Operator::kStartsWith:
        return bindParts(expression, left, condition, ConditionKind::kStartsWith);
      case Operator::kEndsWith:
        return bindParts(expression, left, condition, ConditionKind::kEndsWith);
    }
  }

  void wrongType(const Expression& expression, const Operand& operand, std::string_view wanted) {
    error(DiagnosticCode::kWrongType, operand.offset,
          "'" + std::string(name(expression.op)) + "' needs " + std::string(wanted) +
              " on this side");
  }

  bool requireText(const Expression& expression, const BoundField& left) {
    if (left.type == Type::kText) return true;
    error(DiagnosticCode::kWrongType, expression.left.offset,
          "'" + std::string(name(expression.op)) + "' needs text, and '" + expression.left.text +
              "' is " + std::string(name(left.type)),
          left.type == Type::kTextList ? "name one element, args[0], or use 'contains'" : "");
    return false;
  }

  // The text an operand stands for where `type` is expected; bare names are allowed for classes and
  // results, and checked.
  std::optional<std::string> constantText(const Expression& expression, const Operand& operand,
                                          Type type) {
    const bool bare = type != Type::kText && operand.kind == OperandKind::kWord && !operand.indexed;
    if (operand.kind != OperandKind::kText && !bare) {
      wrongType(expression, operand, type == Type::kText ? "quoted text" : name(type));
      return std::nullopt;
    }
    if (type == Type::kClassName &&
        std::ranges::count(context_.scope().classes, operand.text) == 0) {
      error(DiagnosticCode::kUnknownClass, operand.offset,
            "unknown class '" + operand.text + "'" +
                didYouMean(operand.text, context_.scope().classes));
      return std::nullopt;
    }
    if (type == Type::kResultName && !resultByName(operand.text)) {
      error(DiagnosticCode::kBadValue, operand.offset, "unknown result '" + operand.text + "'",
            "a result is ok or the name of an errno, such as EACCES");
      return std::nullopt;
    }
    return nocase_ ? folded(operand.text) : operand.text;
  }

  std::optional<std::int64_t> constantNumber(const Expression& expression, const Operand& operand) {
    if (operand.kind != OperandKind::kNumber) {
      wrongType(expression, operand, "a number");
      return std::nullopt;
    }
    if (operand.number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
      error(DiagnosticCode::kBadValue, operand.offset, "the number is too large");
      return std::nullopt;
    }
    return static_cast<std::int64_t>(operand.number);
  }

  // One text, or each of a list written out.
  std::vector<std::pair<std::string, std::size_t>> constantTexts(const Expression& expression,
                                                                 Type type) {
    std::vector<std::pair<std::string, std::size_t>> texts;
    const auto add = [&](const Operand& operand) {
      if (auto text = constantText(expression, operand, type)) {
        texts.emplace_back(std::move(*text), operand.offset);
      }
    };
    if (expression.right.kind == OperandKind::kList) {
      for (const Operand& item : expression.right.items) add(item);
    } else {
      add(expression.right);
    }
    return texts;
  }

  // ---- operators

  void bindEqual(const Expression& expression, const BoundField& left, Condition& condition) {
    const Operand& right = expression.right;
    if (left.type == Type::kTextList) {
      error(DiagnosticCode::kWrongType, expression.left.offset,
            "'" + expression.left.text + "' is a list and cannot be compared as a whole",
            "name one element, args[0], or use 'contains'");
    } else if (right.kind == OperandKind::kWord &&
               (left.type == Type::kText || left.type == Type::kNumber)) {
      if (const auto field = context_.bindField(right)) {
        if (isText(field->type) != isText(left.type) || field->type == Type::kTextList) {
          wrongType(expression, right, name(left.type));
        }
        condition.right = field->ref;
      }
      condition.kind = left.type == Type::kNumber ? ConditionKind::kNumber : ConditionKind::kEqual;
    } else if (left.type == Type::kNumber) {
      condition.kind = ConditionKind::kNumber;
      condition.number = constantNumber(expression, right).value_or(0);
    } else {
      condition.kind = ConditionKind::kEqual;
      if (auto text = constantText(expression, right, left.type)) {
        if (normalised(left)) checkPath(*text, right.offset);
        condition.texts = {*text};
      }
    }
    condition.op = Operator::kEqual;
    condition.nocase = nocase_;
    if (expression.op == Operator::kEqual) return;
    nocase_ = false;  // of the negation; what it negates has it
    Condition equal = std::exchange(condition, {});
    condition.kind = ConditionKind::kNot;
    condition.text = equal.text;
    condition.children.push_back(std::move(equal));
  }

  void bindOrder(const Expression& expression, const BoundField& left, Condition& condition) {
    condition.kind = ConditionKind::kNumber;
    condition.op = expression.op;
    if (left.type != Type::kNumber) {
      error(DiagnosticCode::kWrongType, expression.left.offset,
            "'" + std::string(name(expression.op)) + "' compares numbers, and '" +
                expression.left.text + "' is " + std::string(name(left.type)));
    } else if (expression.right.kind == OperandKind::kWord) {
      const auto field = context_.bindField(expression.right);
      if (field && field->type != Type::kNumber)
        wrongType(expression, expression.right, "a number");
      if (field) condition.right = field->ref;
    } else {
      condition.number = constantNumber(expression, expression.right).value_or(0);
    }
  }

  void bindIn(const Expression& expression, const BoundField& left, Condition& condition) {
    const Operand& right = expression.right;
    if (left.type == Type::kTextList) {
      requireText(expression, left);
      return;
    }
    if (right.kind != OperandKind::kList && right.kind != OperandKind::kListName) {
      wrongType(expression, right, "a list, [...] or @name,");
      return;
    }
    if (left.type == Type::kNumber) {
      condition.kind = ConditionKind::kNumberIn;
      if (right.kind == OperandKind::kListName) {
        wrongType(expression, right, "numbers in [...]");
        return;
      }
      for (const Operand& item : right.items) {
        if (const auto number = constantNumber(expression, item))
          condition.numbers.push_back(*number);
      }
      return;
    }
    condition.kind = ConditionKind::kTextIn;
    if (right.kind == OperandKind::kListName) {
      condition.set = findSet(right);
    } else {
      condition.set = makeSet(constantTexts(expression, left.type), normalised(left));
    }
  }

  void bindMatches(const Expression& expression, const BoundField& left, Condition& condition) {
    condition.kind = ConditionKind::kMatches;
    if (!requireText(expression, left)) return;
    const bool fold = std::exchange(nocase_, false);  // folding would turn \S into \s
    const auto text = constantText(expression, expression.right, Type::kText);
    if (!text) return;
    std::string problem;
    condition.regex = compileRegex(fold ? "(?i)" + *text : *text, problem);
    if (!condition.regex) {
      error(DiagnosticCode::kBadRegex, expression.right.offset,
            "bad regular expression: " + problem,
            "the syntax is that of RE2: no backreferences, no lookaround");
    }
  }

  void bindGlob(const Expression& expression, const BoundField& left, Condition& condition) {
    condition.kind = ConditionKind::kTextIn;
    if (!requireText(expression, left)) return;
    condition.set = makeSet(constantTexts(expression, Type::kText), normalised(left));
  }

  void bindUnder(const Expression& expression, const BoundField& left, Condition& condition) {
    condition.kind = ConditionKind::kUnder;
    if (!requireText(expression, left)) return;
    if (!left.path) {
      error(DiagnosticCode::kWrongType, expression.left.offset,
            "'under' needs a path, and '" + expression.left.text + "' is not one");
    }
    for (auto& [text, offset] : constantTexts(expression, Type::kText)) {
      if (const auto problem = problemOfDirectory(text)) {
        error(DiagnosticCode::kBadPath, offset, problem->message, problem->help);
      }
      condition.texts.push_back(std::move(text));
    }
  }

  void bindParts(const Expression& expression, const BoundField& left, Condition& condition,
                 ConditionKind kind) {
    condition.kind = kind;
    const bool list = kind == ConditionKind::kContains && left.type == Type::kTextList;
    if (!list && !requireText(expression, left)) return;
    if (!list && expression.right.kind == OperandKind::kWord) {
      const auto field = context_.bindField(expression.right);
      if (field && field->type != Type::kText) wrongType(expression, expression.right, "text");
      if (field) condition.right = field->ref;
      return;
    }
    for (auto& [text, offset] : constantTexts(expression, Type::kText)) {
      if (text.empty() && !list) {
        error(DiagnosticCode::kBadValue, offset, "every text holds the empty text");
      }
      condition.texts.push_back(std::move(text));
    }
  }

  // What the kernel resolved is normalised; what was typed is compared as it was.
  static bool normalised(const BoundField& field) {
    return field.ref.attribute == Attribute::kPath || field.ref.attribute == Attribute::kExecutable;
  }

  void checkPath(const std::string& path, std::size_t offset) {
    if (const auto bad = problemOfPathGlob(path)) {
      error(DiagnosticCode::kBadPath, offset, bad->message, bad->help);
    }
  }

  std::shared_ptr<const TextSet> makeSet(
      const std::vector<std::pair<std::string, std::size_t>>& texts, bool paths) {
    auto set = std::make_shared<TextSet>();
    for (const auto& [text, offset] : texts) {
      std::string problem;
      std::optional<Glob> glob = Glob::compile(text, problem);
      if (!glob) {
        error(DiagnosticCode::kBadPath, offset,
              std::string("bad pattern '").append(text).append("': ").append(problem));
        continue;
      }
      if (paths) checkPath(text, offset);
      set->add(std::move(*glob));
    }
    return set;
  }

  // A shared list; of one that ignores case, a copy in small letters.
  std::shared_ptr<const TextSet> findSet(const Operand& operand) {
    auto set = context_.findList(operand);
    if (!set || !nocase_) return set;
    auto small = std::make_shared<TextSet>();
    std::string problem;
    for (const std::string& text : set->exact()) small->add(Glob::literal(folded(text)));
    for (const Glob& glob : set->globs()) {
      if (auto copy = Glob::compile(folded(glob.pattern()), problem)) small->add(std::move(*copy));
    }
    return small;
  }

  BindContext& context_;
  bool nocase_ = false;
};

}  // namespace

void bindComparison(const Expression& expression, BindContext& context, Condition& condition) {
  ComparisonBinder(context).bind(expression, condition);
}

}  // namespace exectrail::analyzer
