// Expression text -> Expression.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "analyzer/compiler/ast.h"
#include "analyzer/compiler/diagnostics.h"

namespace exectrail::analyzer {

// Receives an error at a byte of the expression: (code, offset, message, help).
using ExpressionErrors = std::function<void(DiagnosticCode, std::size_t, std::string, std::string)>;

// Precedence, weakest first: or, and, not, comparison.
//
//   expression := and { "or" and }           and  := not { "and" not }
//   not        := "not" not | primary
//   primary    := "(" expression ")" | ("any" | "all") "(" COLLECTION "," expression ")"
//               | "nearest" "(" "lineage" "," expression "," expression ")"
//               | "surely" "(" expression ")" | "exists" "(" FIELD ")"
//               | "genuine" "(" [ "parent" "," ] @LIST ")"
//               | subject [ "nocase" ] operator operand | subject "not" "in" operand | NAME
//   subject    := operand | ("len" | "trust") "(" FIELD ")" | "count" "(" COLLECTION "," expression
//   ")" operand    := FIELD [ "[" NUMBER "]" ] | NAME | 'text' | NUMBER | @LIST | "[" operands "]"
//
// Nothing, and one error reported, if `text` is not an expression.
std::optional<Expression> parseExpression(std::string_view text, const ExpressionErrors& errors);

}  // namespace exectrail::analyzer
