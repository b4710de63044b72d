// Values of Sigma rules: text with wildcards and their escaping, and the modifiers behind a field's
// name, as the Sigma specification 2.1 (rules and modifiers appendix) defines them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/compiler/condition.h"
#include "analyzer/rules/rule_set.h"

namespace exectrail::analyzer::sigma {

// Text in which `*` stands for anything and `?` for one character. A backslash before one of them
// or before another backslash makes it plain; before anything else it is itself plain.
class Pattern {
 public:
  enum class Wildcard : char { kNone, kAny, kOne };
  struct Piece {
    Wildcard wildcard = Wildcard::kNone;
    std::string text;  // of kNone
  };

  static Pattern parse(std::string_view raw);
  static Pattern plain(std::string text);

  const std::vector<Piece>& pieces() const { return pieces_; }
  bool hasWildcard() const;
  std::string text() const;  // of a pattern without wildcards

  void surround(bool before, bool after);  // with `*`

 private:
  void addText(char c);
  std::vector<Piece> pieces_;
};

// What is asked of a field: the modifiers of its key.
struct Modifiers {
  enum class Encoding : std::uint8_t { kWindash, kBase64, kBase64Offset, kUtf16le, kUtf16be };
  enum class Order : std::uint8_t { kNone, kLess, kLessOrEqual, kGreater, kGreaterOrEqual };

  std::vector<Encoding> encodings;  // applied to each value, in this order
  bool contains = false;            // these three also of fieldReference
  bool startsWith = false;
  bool endsWith = false;
  bool all = false;    // each value must match, not only one
  bool cased = false;  // letters of both cases differ
  bool negated = false;
  bool exists = false;
  bool fieldReference = false;
  bool regex = false;
  std::string regexFlags;  // of i, m, s
  Order order = Order::kNone;
};

// Of "FIELD|one|two": what stands behind the name. Nothing, after a refusal, if one of them is not
// known, or cannot be honoured.
std::optional<Modifiers> parseModifiers(const std::vector<std::string_view>& words,
                                        std::uint32_t line, RuleReport& report);

// A value with its encodings applied: one pattern, or several of which one must match. Nothing,
// after a refusal, if that cannot be done.
std::optional<std::vector<Pattern>> encoded(const Pattern& value, const Modifiers& modifiers,
                                            std::uint32_t line, RuleReport& report);

// The pattern as a test of a text: kEqual, kContains, kStartsWith, kEndsWith with `text`; kExists
// if anything matches; kMatches with a regular expression in `text` for wildcards inside.
struct TextTest {
  Condition::Kind kind = Condition::Kind::kEqual;
  std::string text;
};
TextTest testOf(const Pattern& pattern);

}  // namespace exectrail::analyzer::sigma
