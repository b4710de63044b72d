// An expression as its author wrote it: the symbolic form. condition.h has the compiled one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace exectrail::analyzer {

struct Operand {
  enum class Kind : std::uint8_t { kNone, kWord, kText, kNumber, kList, kListName };

  // len(FIELD), trust(FIELD), and count(COLLECTION, ...), whose condition the expression holds.
  enum class Function : std::uint8_t { kNone, kLength, kTrust, kCount };

  Kind kind = Kind::kNone;
  Function function = Function::kNone;
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
  enum class Kind : std::uint8_t {
    kAnd,
    kOr,
    kNot,
    kComparison,
    kAny,
    kAll,
    kNearest,
    kGenuine,
    kSurely,
    kExists,
    kName,  // a word of its own: a field that is true or false, or a macro
  };

  Kind kind = Kind::kComparison;
  // Of kAnd, kOr, kNot, kSurely; of kAny, kAll and count(): what is asked of an element; of
  // kNearest: which one, and what is asked of it.
  std::vector<Expression> children;
  Operand left;  // of kComparison, kName, kExists; of kAny, kAll: the collection
  Operator op = Operator::kEqual;
  bool nocase = false;     // of kComparison: ASCII letters of both cases are the same
  Operand right;           // of kComparison, kGenuine
  std::size_t offset = 0;  // the bytes it covers in the text
  std::size_t end = 0;
  std::size_t operatorOffset = 0;
};

}  // namespace exectrail::analyzer
