// Expression -> Condition: finds what each name means and checks that types fit. All errors of an
// expression are reported, not only the first.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/compiler/condition.h"
#include "analyzer/compiler/parser.h"

namespace exectrail::analyzer {

using Lists = std::map<std::string, std::shared_ptr<const TextSet>>;

class MacroTable;

struct Scope {
  const Lists& lists;
  const std::vector<std::string>& classes;  // of the recipe
  MacroTable* macros = nullptr;             // null: there are none
  bool inMacro = false;  // what is bound may be used inside any(), where more has a meaning
};

// What an expression has to stand in, and how large it is.
struct BoundUse {
  bool item = false;  // names a field of an image of the lineage, outside any(lineage, ...)
  bool it = false;    // names `it` outside any(args, ...)
  std::size_t conditions = 0;
};

// Nothing, and at least one error reported, if the expression has no meaning.
std::optional<Condition> bindExpression(const Expression& expression, std::string_view text,
                                        const Scope& scope, const ExpressionErrors& errors,
                                        BoundUse* use = nullptr);

// Whether the condition can only be true if genuine(...) is: then nobody can make it true by
// choosing names.
bool requiresGenuine(const Condition& condition);

// Why `directory` could never be a prefix of a normalised path, or nothing. `help` says what to
// write instead.
struct PathProblem {
  std::string message;
  std::string help;
};
std::optional<PathProblem> problemOfDirectory(std::string_view directory);

// The same for a path pattern.
std::optional<PathProblem> problemOfPathGlob(std::string_view pattern);

}  // namespace exectrail::analyzer
