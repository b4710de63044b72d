// Path patterns. `*` and `?` stay within a component, `**` crosses them and `/**/` also stands for
// one slash; [a-z] [!a-z] {one,two} and \ work as in a shell. Unlike in a shell, wildcards match a
// leading dot: a hidden file is no reason to look away. Matching is on bytes and in linear time.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace exectrail::analyzer {

class Glob {
 public:
  // Nothing, and a sentence in `problem`, if `pattern` is not well formed.
  static std::optional<Glob> compile(std::string_view pattern, std::string& problem);

  // Matches `text` alone, whatever characters it has.
  static Glob literal(std::string_view text);

  bool matches(std::string_view text) const;

  const std::string& pattern() const { return pattern_; }

  // What stands before the first wildcard; all of it if there is none.
  const std::string& literalPrefix() const { return prefix_; }
  bool isLiteral() const { return regex_ == nullptr; }
  const re2::RE2& regex() const { return *regex_; }  // unless it is literal; matches the whole text

  // How closely the pattern describes a path, for choosing among several that match.
  std::size_t fixedComponents() const { return fixedComponents_; }  // whole ones before a wildcard
  std::size_t literalCharacters() const { return literalCharacters_; }

 private:
  std::string pattern_;
  std::string prefix_;
  std::shared_ptr<const re2::RE2> regex_;  // null: the pattern is literal
  std::size_t fixedComponents_ = 0;
  std::size_t literalCharacters_ = 0;
};

// A regular expression as recipes use them: bytes, `.` matches any byte, bounded memory. Null, and
// a sentence in `problem`, if it is not well formed or too large.
std::shared_ptr<const re2::RE2> compileRegex(std::string_view pattern, std::string& problem);

}  // namespace exectrail::analyzer
