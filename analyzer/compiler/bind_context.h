// What names in an expression mean, and where in it the binder stands: shared by the parts of the
// binder, which report all errors of an expression through it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "analyzer/compiler/binder.h"

namespace exectrail::analyzer {

struct BoundField {
  FieldRef ref;
  Type type = Type::kText;
  bool path = false;
};

class BindContext {
 public:
  BindContext(std::string_view text, const Scope& scope, const ExpressionErrors& errors)
      : text_(text), scope_(scope), errors_(errors) {}

  void error(DiagnosticCode code, std::size_t offset, std::string message, std::string help = {});

  // The field that `operand` names; reports if there is none, or if it has no meaning here.
  std::optional<BoundField> bindField(const Operand& operand);

  std::shared_ptr<const TextSet> findList(const Operand& operand);

  std::string_view text() const { return text_; }
  const Scope& scope() const { return scope_; }

  bool inLineage = false;  // inside any(lineage, ...): fields that begin with a dot have a meaning
  bool inList = false;     // inside any(args, ...): `it` has one
  BoundUse use;            // what the expression needs around it
  bool failed = false;

 private:
  std::string_view text_;
  const Scope& scope_;
  const ExpressionErrors& errors_;
};

// Fills `condition` with a comparison: operator and constants, checked against the field's type.
void bindComparison(const Expression& expression, BindContext& context, Condition& condition);

}  // namespace exectrail::analyzer
