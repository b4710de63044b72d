#include "analyzer/compiler/binder.h"

#include <algorithm>
#include <utility>

#include "analyzer/compiler/bind_context.h"
#include "analyzer/compiler/macros.h"

namespace exectrail::analyzer {
namespace {

using ConditionKind = Condition::Kind;

constexpr std::size_t kMaxConditions = 5000;  // with what macros stand for

class Binder {
 public:
  explicit Binder(BindContext& context) : context_(context) {}

  Condition bind(const Expression& expression) {
    Condition condition;
    condition.text =
        std::string(context_.text().substr(expression.offset, expression.end - expression.offset));
    countOne(expression.offset, 1);
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
      case Expression::Kind::kSurely:
        bindChildren(expression, condition, ConditionKind::kSurely);
        break;
      case Expression::Kind::kExists:
        condition.kind = ConditionKind::kExists;
        if (const auto field = context_.bindField(expression.left)) condition.left = field->ref;
        break;
      case Expression::Kind::kAny:
        bindCollection(expression, condition, ConditionKind::kAny);
        break;
      case Expression::Kind::kAll:
        bindCollection(expression, condition, ConditionKind::kAll);
        break;
      case Expression::Kind::kNearest:
        condition.lineage = true;
        bindInside(expression, condition, ConditionKind::kNearest, context_.inLineage);
        break;
      case Expression::Kind::kGenuine:
        bindGenuine(expression, condition);
        break;
      case Expression::Kind::kName:
        bindName(expression, condition);
        break;
      case Expression::Kind::kComparison:
        if (expression.left.function == Operand::Function::kCount) {
          bindCount(expression, condition);
        } else {
          bindComparison(expression, context_, condition);
        }
        break;
    }
    return condition;
  }

 private:
  void error(DiagnosticCode code, std::size_t offset, std::string message, std::string help = {}) {
    context_.error(code, offset, std::move(message), std::move(help));
  }

  void countOne(std::size_t offset, std::size_t conditions) {
    const bool before = context_.use.conditions > kMaxConditions;
    context_.use.conditions += conditions;
    if (before || context_.use.conditions <= kMaxConditions) return;
    error(DiagnosticCode::kTooComplex, offset,
          "with its macros the expression has more than " + std::to_string(kMaxConditions) +
              " conditions",
          "let macros build on fewer others");
  }

  void bindChildren(const Expression& expression, Condition& condition, ConditionKind kind) {
    condition.kind = kind;
    for (const Expression& child : expression.children) condition.children.push_back(bind(child));
  }

  // Children are about elements; `inside` says which of the two kinds.
  void bindInside(const Expression& expression, Condition& condition, ConditionKind kind,
                  bool& inside) {
    if (inside) {
      error(DiagnosticCode::kNotHere, expression.offset,
            &inside == &context_.inLineage
                ? "the lineage cannot be walked inside a walk of the lineage"
                : "the elements of a list cannot be looked at inside one another");
    }
    const bool outer = std::exchange(inside, true);
    bindChildren(expression, condition, kind);
    inside = outer;
  }

  void bindCollection(const Expression& expression, Condition& condition, ConditionKind kind) {
    condition.ancestors = expression.left.text == "ancestors";
    condition.generation = expression.left.indexed ? expression.left.index : 0;
    condition.lineage =
        condition.ancestors || (expression.left.text == "lineage" && !expression.left.indexed);
    if (condition.ancestors && expression.left.indexed && expression.left.index == 0) {
      error(DiagnosticCode::kNotHere, expression.left.offset, "'ancestors[0]' would be what ran",
            "its fields begin with process., ancestors[1] is the parent");
    }
    if (condition.lineage) return bindInside(expression, condition, kind, context_.inLineage);
    if (const auto list = context_.bindField(expression.left)) {
      condition.left = list->ref;
      if (list->type != Type::kTextList) {
        error(
            DiagnosticCode::kWrongType, expression.left.offset,
            "'" + expression.left.text + "' is " + std::string(name(list->type)) +
                ", and only a list has elements",
            "lists: lineage ancestors args environment capabilities mount.options argument_paths");
      }
    }
    bindInside(expression, condition, kind, context_.inList);
  }

  void bindCount(const Expression& expression, Condition& condition) {
    bindCollection(expression, condition, ConditionKind::kCount);
    condition.op = expression.op;
    const bool number =
        expression.right.kind == Operand::Kind::kNumber && expression.right.number <= 1'000'000;
    if (!number) {
      error(DiagnosticCode::kWrongType, expression.right.offset,
            "count() is compared with a number", "count(args, it startswith '-') >= 3");
    }
    condition.number = number ? static_cast<std::int64_t>(expression.right.number) : 0;
    if (expression.op > Operator::kGreaterOrEqual) {
      error(DiagnosticCode::kWrongType, expression.operatorOffset,
            "'" + std::string(name(expression.op)) + "' cannot compare numbers",
            "compare it with == != < <= > >=");
    }
  }

  void bindGenuine(const Expression& expression, Condition& condition) {
    if (context_.inLineage) {
      error(DiagnosticCode::kNotHere, expression.offset,
            "genuine() asks about the direct parent and cannot stand inside any() or all()");
    }
    condition.kind = ConditionKind::kGenuine;
    condition.set = context_.findList(expression.right);
  }

  void bindName(const Expression& expression, Condition& condition) {
    const std::string& word = expression.left.text;
    const auto field = resolveField(word);
    if (!field) return bindMacro(expression, condition);
    const auto bound = context_.bindField(expression.left);
    if (!bound) return;
    condition.kind = ConditionKind::kBoolean;
    condition.left = bound->ref;
    if (bound->type == Type::kBoolean) return;
    error(DiagnosticCode::kWrongType, expression.offset,
          "'" + word + "' is " + std::string(name(bound->type)) + ", not a condition",
          "compare it: " + word + " == ...");
  }

  void bindMacro(const Expression& expression, Condition& condition) {
    const std::string& word = expression.left.text;
    MacroTable* macros = context_.scope().macros;
    const Macro* macro = macros == nullptr ? nullptr : macros->find(word);
    if (macro == nullptr) {
      const std::vector<std::string> known =
          macros == nullptr ? std::vector<std::string>{} : macros->names();
      std::vector<std::string> all = fieldNames();
      all.insert(all.end(), known.begin(), known.end());
      error(DiagnosticCode::kUnknownMacro, expression.offset,
            "'" + word + "' is neither a macro nor a field" + didYouMean(word, all),
            "macros are defined in a document of their own: macros: {" + word + ": CONDITION}");
      return;
    }
    if (!macro->condition) {  // reported where it is defined
      context_.failed = true;
      return;
    }
    if (macro->use.item && !context_.inLineage && !context_.scope().inMacro) {
      error(DiagnosticCode::kNotHere, expression.offset,
            "macro '" + word + "' is about an image of the lineage",
            "write any(lineage, " + word + ")");
    }
    if (macro->use.it && !context_.inList && !context_.scope().inMacro) {
      error(DiagnosticCode::kNotHere, expression.offset,
            "macro '" + word + "' is about an element of a list", "write any(args, " + word + ")");
    }
    context_.use.item = context_.use.item || (macro->use.item && !context_.inLineage);
    context_.use.it = context_.use.it || (macro->use.it && !context_.inList);
    countOne(expression.offset, macro->use.conditions);
    if (!context_.failed) condition = *macro->condition;
  }

  BindContext& context_;
};

}  // namespace

std::optional<Condition> bindExpression(const Expression& expression, std::string_view text,
                                        const Scope& scope, const ExpressionErrors& errors,
                                        BoundUse* use) {
  BindContext context(text, scope, errors);
  Condition condition = Binder(context).bind(expression);
  if (use != nullptr) *use = context.use;
  if (context.failed) return std::nullopt;
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
