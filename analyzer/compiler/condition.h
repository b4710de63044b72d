// A compiled expression: names resolved, types checked, patterns built. Values are three-valued and
// belong to the engine (analyzer/engine/evaluate.h); this is what it walks.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "analyzer/compiler/ast.h"
#include "analyzer/compiler/field.h"
#include "analyzer/paths/glob.h"

namespace exectrail::analyzer {

// A set of texts of which some may be patterns. Entries without a wildcard cost one lookup.
class TextSet {
 public:
  void add(Glob glob);
  bool contains(std::string_view text) const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  std::unordered_set<std::string, Hash, std::equal_to<>> exact_;
  std::vector<Glob> globs_;
};

struct Condition {
  enum class Kind : std::uint8_t {
    kAnd,
    kOr,
    kNot,
    kAny,       // of the images above, at least one satisfies children[0]
    kAll,       // each of them does
    kGenuine,   // the parent's executable is in `set`, surely, and root's
    kNumber,    // left `op` number or right
    kNumberIn,  // left is one of `numbers`
    kEqual,     // left is texts[0], or the same as right
    kTextIn,    // left matches an entry of `set`
    kMatches,   // left matches `regex` somewhere
    kUnder,     // left lies below one of `texts`
    kContains,  // left holds one of `texts`: as a part of a text, as an element of a list
    kStartsWith,
    kEndsWith,
  };

  Kind kind = Kind::kAnd;
  std::vector<Condition> children;
  FieldRef left;
  std::optional<FieldRef> right;
  Operator op = Operator::kEqual;
  std::int64_t number = 0;
  std::vector<std::int64_t> numbers;
  std::vector<std::string> texts;
  std::shared_ptr<const TextSet> set;
  std::shared_ptr<const re2::RE2> regex;
  std::string text;  // as its author wrote it
};

}  // namespace exectrail::analyzer
