#include "analyzer/compiler/binder.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace exectrail::analyzer {
namespace {

using OperandKind = Operand::Kind;
using ConditionKind = Condition::Kind;

struct BoundField {
  FieldRef ref;
  Type type = Type::kText;
  bool path = false;
};

bool isText(Type type) {
  return type == Type::kText || type == Type::kClassName || type == Type::kResultName;
}

class Binder {
 public:
  Binder(std::string_view text, const Scope& scope, const ExpressionErrors& errors)
      : text_(text), scope_(scope), errors_(errors) {}

  Condition bind(const Expression& expression) {
    Condition condition;
    condition.text =
        std::string(text_.substr(expression.offset, expression.end - expression.offset));
    switch (expression.kind) {
      case Expression::Kind::kAnd:
        bindChildren(expression, condition, ConditionKind::kAnd);
        break;
      case Expression::Kind::kOr:
        bindChildren(expression, condition, ConditionKind::kOr);
        break;
      case Expression::Kind::kNot:
        bindChildren(expression, condition, ConditionKind::kNot);
        break;
      case Expression::Kind::kAny:
        bindLineage(expression, condition, ConditionKind::kAny);
        break;
      case Expression::Kind::kAll:
        bindLineage(expression, condition, ConditionKind::kAll);
        break;
      case Expression::Kind::kGenuine:
        bindGenuine(expression, condition);
        break;
      case Expression::Kind::kComparison:
        bindComparison(expression, condition);
        break;
    }
    return condition;
  }

  bool failed() const { return failed_; }

 private:
  void error(DiagnosticCode code, std::size_t offset, std::string message, std::string help = {}) {
    failed_ = true;
    errors_(code, offset, std::move(message), std::move(help));
  }

  void bindChildren(const Expression& expression, Condition& condition, ConditionKind kind) {
    condition.kind = kind;
    for (const Expression& child : expression.children) condition.children.push_back(bind(child));
  }

  void bindLineage(const Expression& expression, Condition& condition, ConditionKind kind) {
    if (inLineage_) {
      error(DiagnosticCode::kNotHere, expression.offset,
            "any() and all() cannot stand inside one another");
    }
    const bool outer = std::exchange(inLineage_, true);
    bindChildren(expression, condition, kind);
    inLineage_ = outer;
  }

  void bindGenuine(const Expression& expression, Condition& condition) {
    if (inLineage_) {
      error(DiagnosticCode::kNotHere, expression.offset,
            "genuine() asks about the direct parent and cannot stand inside any() or all()");
    }
    condition.kind = ConditionKind::kGenuine;
    condition.set = findList(expression.right);
  }

  void bindComparison(const Expression& expression, Condition& condition) {
    const std::optional<BoundField> left = bindField(expression.left);
    if (!left) return;
    condition.left = left->ref;
    switch (expression.op) {
      case Operator::kEqual:
      case Operator::kNotEqual:
        bindEqual(expression, *left, condition);
        break;
      case Operator::kLess:
      case Operator::kLessOrEqual:
      case Operator::kGreater:
      case Operator::kGreaterOrEqual:
        bindOrder(expression, *left, condition);
        break;
      case Operator::kIn:
        bindIn(expression, *left, condition);
        break;
      case Operator::kMatches:
        bindMatches(expression, *left, condition);
        break;
      case Operator::kGlob:
        bindGlob(expression, *left, condition);
        break;
      case Operator::kUnder:
        bindUnder(expression, *left, condition);
        break;
      case Operator::kContains:
        bindParts(expression, *left, condition, ConditionKind::kContains);
        break;
      case Operator::kStartsWith:
        bindParts(expression, *left, condition, ConditionKind::kStartsWith);
        break;
      case Operator::kEndsWith:
        bindParts(expression, *left, condition, ConditionKind::kEndsWith);
        break;
    }
  }

  // ---- operands

  std::optional<BoundField> bindField(const Operand& operand) {
    if (operand.kind != OperandKind::kWord) {
      error(DiagnosticCode::kWrongType, operand.offset,
            "the left side of an operator must be a field", "for example: file.path under '/tmp'");
      return std::nullopt;
    }
    const FieldSpec* spec = findField(operand.text);
    if (spec == nullptr) {
      error(DiagnosticCode::kUnknownField, operand.offset,
            "unknown field '" + operand.text + "'" + didYouMean(operand.text, fieldNames()),
            "text must be quoted: '" + operand.text + "'");
      return std::nullopt;
    }
    if (spec->ref.subject == Subject::kItem && !inLineage_) {
      error(DiagnosticCode::kNotHere, operand.offset,
            "'" + operand.text +
                "' has a meaning only inside any(lineage, ...) and all(lineage, ...)",
            "the image itself is process" + operand.text);
      return std::nullopt;
    }
    BoundField field{spec->ref, spec->type, spec->path};
    if (operand.indexed) {
      if (field.type != Type::kTextList) {
        error(
            DiagnosticCode::kWrongType, operand.offset,
            "'" + operand.text + "' is " + std::string(name(field.type)) + " and has no elements");
        return std::nullopt;
      }
      field.type = Type::kText;
      field.ref.attribute = Attribute::kArgument;
      field.ref.index = operand.index;
    }
    return field;
  }

  std::shared_ptr<const TextSet> findList(const Operand& operand) {
    const auto found = scope_.lists.find(operand.text);
    if (found != scope_.lists.end()) return found->second;
    std::vector<std::string> known;
    for (const auto& [listName, set] : scope_.lists) known.push_back(listName);
    error(DiagnosticCode::kUnknownList, operand.offset,
          "unknown list '@" + operand.text + "'" + didYouMean(operand.text, known),
          "lists are defined in a document of their own: lists: {" + operand.text + ": [...]}");
    return nullptr;
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
    if (type == Type::kClassName && std::ranges::count(scope_.classes, operand.text) == 0) {
      error(DiagnosticCode::kUnknownClass, operand.offset,
            "unknown class '" + operand.text + "'" + didYouMean(operand.text, scope_.classes));
      return std::nullopt;
    }
    if (type == Type::kResultName && !resultByName(operand.text)) {
      error(DiagnosticCode::kBadValue, operand.offset, "unknown result '" + operand.text + "'",
            "a result is ok or the name of an errno, such as EACCES");
      return std::nullopt;
    }
    return operand.text;
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
      if (const auto field = bindField(right)) {
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
    if (expression.op == Operator::kEqual) return;
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
      const auto field = bindField(expression.right);
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
      condition.set = findList(right);
    } else {
      condition.set = makeSet(constantTexts(expression, left.type), normalised(left));
    }
  }

  void bindMatches(const Expression& expression, const BoundField& left, Condition& condition) {
    condition.kind = ConditionKind::kMatches;
    if (!requireText(expression, left)) return;
    const auto text = constantText(expression, expression.right, Type::kText);
    if (!text) return;
    std::string problem;
    condition.regex = compileRegex(*text, problem);
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

  std::string_view text_;
  const Scope& scope_;
  const ExpressionErrors& errors_;
  bool inLineage_ = false;
  bool failed_ = false;
};

}  // namespace

std::optional<Condition> bindExpression(const Expression& expression, std::string_view text,
                                        const Scope& scope, const ExpressionErrors& errors) {
  Binder binder(text, scope, errors);
  Condition condition = binder.bind(expression);
  if (binder.failed()) return std::nullopt;
  return condition;
}

bool requiresGenuine(const Condition& condition) {
  switch (condition.kind) {
    case ConditionKind::kGenuine:
      return true;
    case ConditionKind::kAnd:
      return std::ranges::any_of(condition.children, requiresGenuine);
    case ConditionKind::kOr:
      return std::ranges::all_of(condition.children, requiresGenuine);
    default:
      return false;
  }
}

}  // namespace exectrail::analyzer
