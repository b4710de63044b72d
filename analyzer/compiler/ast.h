// An expression as its author wrote it: the symbolic form. condition.h has the compiled one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace exectrail::analyzer {

struct Operand {
  enum class Kind : std::uint8_t { kNone, kWord, kText, kNumber, kList, kListName };

  Kind kind = Kind::kNone;
  std::string text;  // of a word (a field or a bare name), a text, a list's name
  std::uint64_t number = 0;
  bool indexed = false;  // word[index]
  std::uint32_t index = 0;
  std::vector<Operand> items;  // of a list
  std::size_t offset = 0;      // in the expression
};

enum class Operator : std::uint8_t {
  kEqual,
  kNotEqual,
  kLess,
  kLessOrEqual,
  kGreater,
  kGreaterOrEqual,
  kIn,
  kMatches,
  kGlob,
  kUnder,
  kContains,
  kStartsWith,
  kEndsWith,
};

std::string_view name(Operator op);  // "==", "startswith", ...

struct Expression {
  enum class Kind : std::uint8_t { kAnd, kOr, kNot, kComparison, kAny, kAll, kGenuine };

  Kind kind = Kind::kComparison;
  std::vector<Expression> children;  // of kAnd, kOr, kNot, kAny, kAll
  Operand left;                      // of kComparison; of kGenuine: whose image
  Operator op = Operator::kEqual;
  Operand right;           // of kComparison, kGenuine
  std::size_t offset = 0;  // the bytes it covers in the text
  std::size_t end = 0;
  std::size_t operatorOffset = 0;
};

}  // namespace exectrail::analyzer
