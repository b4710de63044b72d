// Patterns as Go's filepath.Match reads them, in regular expressions: `*` stays within a directory,
// `?` is one character, a set may hold a '/', braces and `**` mean nothing special.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace exectrail::analyzer::kubearmor {

class GoGlob {
 public:
  // Nothing, and what is wrong with it in `problem`, if Go takes it for malformed, which matches
  // nothing, or if it has sets of characters that no byte is.
  static std::optional<GoGlob> parse(std::string_view pattern, std::string& problem);

  std::string regex() const;  // of a whole text

  // A text of two parts with a space between them matches if, of one of these pairs, the first
  // matches the part before it and the second what is behind. Left out is what matches the first
  // part alone. Nothing, and why in `problem`, if there are too many.
  std::optional<std::vector<std::pair<std::string, std::string>>> atSpace(
      std::string& problem) const;

 private:
  struct Piece {
    std::string regex;
    bool space = false;  // it can be one
    bool star = false;   // it can be more than one character
  };
  friend class GoGlobParser;

  std::string joined(std::size_t begin, std::size_t end) const;

  std::vector<Piece> pieces_;
};

// KubeArmor lets only those patterns into its alerts that Go's regexp.Compile takes, though it does
// not match them as such: `**`, `?*` and `???` are repetitions of repetitions. RE2 has that syntax.
bool isRegexOfGo(const std::string& pattern);

}  // namespace exectrail::analyzer::kubearmor
