#include "analyzer/rules/kubearmor_pattern.h"

#include <re2/re2.h>

#include <algorithm>
#include <vector>

#include "analyzer/rules/conditions.h"
#include "analyzer/rules/kubearmor_go_glob.h"
#include "analyzer/rules/one_spelling.h"

namespace exectrail::analyzer::kubearmor {
namespace {

constexpr std::size_t kMaxPattern = 4096;  // PATH_MAX; of the reading that makes many of one

class Translator {
 public:
  explicit Translator(std::string_view pattern) : rest_(pattern) {}

  std::optional<std::string> run(std::string& problem) {
    while (!rest_.empty() && problem_.empty()) step();
    if (problem_.empty() && !items_.empty()) problem_ = "'{' without '}'";
    problem = problem_;
    if (!problem_.empty()) return std::nullopt;
    return regex_;
  }

 private:
  bool take(std::string_view token) {
    if (!rest_.starts_with(token)) return false;
    rest_.remove_prefix(token.size());
    return true;
  }

  void step() {
    const bool begins = regex_.ends_with('/');  // QuoteMeta leaves a slash as it is
    if (rest_.front() == '*') return star(begins);
    if (take("?")) {
      regex_ += "[^/]";
    } else if (take("[")) {
      characterClass();
    } else if (take("{")) {
      items_.push_back(1);
      regex_ += "(?:";
    } else if (!items_.empty() && take(",")) {
      ++items_.back();
      regex_ += "|";
    } else if (take("}")) {
      if (items_.empty() || items_.back() < 2) {
        problem_ = items_.empty() ? "'}' without '{'" : "AppArmor takes no braces around one thing";
        return;
      }
      items_.pop_back();
      regex_ += ")";
    } else if (take("]")) {
      problem_ = "']' without '['";
    } else if (take("\\") && rest_.empty()) {
      problem_ = "nothing follows the last '\\'";
    } else {
      regex_ += re2::RE2::QuoteMeta(re2::StringPiece(rest_.data(), 1));
      rest_.remove_prefix(1);
    }
  }

  void star(bool begins) {
    std::size_t stars = 0;
    while (take("*")) ++stars;
    const bool whole = begins && (rest_.empty() || rest_.front() == '/');
    if (whole) regex_ += "[^/]";
    regex_ += stars > 1 ? ".*" : "[^/]*";
  }

  // Of bytes. '/' is one like others, also behind '^'.
  void characterClass() {
    std::string set = take("^") ? "[^" : "[";
    bool first = true;
    while (problem_.empty() && !rest_.empty() && rest_.front() != ']') {
      const auto low = member(first);
      const bool range = !rest_.empty() && rest_.front() == '-';
      if (range) rest_.remove_prefix(1);
      const auto high = range ? member(false) : low;
      set += inSet(std::min(low, high));
      if (range) set += "-" + inSet(std::max(low, high));
      first = false;
    }
    if (problem_.empty() && rest_.empty()) problem_ = "'[' without ']'";
    if (problem_.empty() && first) problem_ = "a set of nothing";
    take("]");
    regex_ += set + "]";
  }

  unsigned char member(bool first) {
    const bool plain = take("\\");
    const char c = rest_.empty() ? '\0' : rest_.front();
    if (rest_.empty() || (c == ']' && !plain)) {
      problem_ = "'[' without ']'";
    } else if (!plain && (c == '*' || c == '?' || (c == '-' && !first))) {
      problem_ = std::string("'") + c + "' has no place in a set of AppArmor";
    }
    rest_.remove_prefix(std::min<std::size_t>(rest_.size(), 1));
    return static_cast<unsigned char>(c);
  }

  static std::string inSet(unsigned char c) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    return std::string("\\x") + kDigits[c >> 4] + kDigits[c & 15];
  }

  std::string_view rest_;
  std::string regex_;
  std::string problem_;
  std::vector<std::size_t> items_;  // of each open pair of braces
};

std::optional<Condition> fileMatches(const std::string& regex, std::string& problem) {
  std::vector<Condition> parts;
  for (const std::string_view name : {"file.path", "typed_path"}) {
    auto test = rules::regexTest(rules::fieldRef(name), "^(?:" + regex + ")$", problem);
    if (!test) return std::nullopt;
    parts.push_back(std::move(*test));
  }
  return rules::anyOf(std::move(parts));
}

// KubeArmor compares the path, a space and the arguments; argv[0] may be anything.
std::optional<Condition> withArguments(std::optional<Condition> file, const std::string& arguments,
                                       std::string& problem) {
  auto test =
      rules::regexTest(rules::fieldRef("command_line"), "^[^ ]* " + arguments + "$", problem);
  if (!file || !test) return std::nullopt;
  std::vector<Condition> parts;
  parts.push_back(std::move(*file));
  parts.push_back(std::move(*test));
  return rules::allOf(std::move(parts));
}

// The path as AppArmor reads it. Arguments it does not know; they are matched as in alerts.
std::optional<Condition> enforced(const std::string& pattern, std::string& problem) {
  const std::size_t space = pattern.find(' ');
  const std::string path = pattern.substr(0, space);
  auto regex = pathRegex(path, problem);
  if (!regex) return std::nullopt;
  if (const auto other = spelledOtherwise(path)) {
    const auto spelled = pathRegex(*other, problem);
    if (spelled && *spelled != *regex) *regex += "|" + *spelled;
  }
  auto file = fileMatches(*regex, problem);
  if (!file || space == std::string::npos) return file;
  const auto arguments = GoGlob::parse(std::string_view(pattern).substr(space + 1), problem);
  if (!arguments) return std::nullopt;
  return withArguments(std::move(file), arguments->regex(), problem);
}

// The path, or the path with the arguments, of which any wildcard may hold the space between them.
std::optional<Condition> alerted(const std::string& pattern, std::string& problem) {
  if (pattern.size() > kMaxPattern) {
    problem = "is longer than 4096 bytes, as no path is";
    return std::nullopt;
  }
  if (!isRegexOfGo(pattern)) {
    problem = "is left out of KubeArmor's alerts, as it is no regular expression";
    return std::nullopt;
  }
  std::vector<std::string> spellings = {pattern};
  if (auto other = spelledOtherwise(pattern)) spellings.push_back(std::move(*other));
  std::vector<Condition> parts;
  for (const std::string& spelling : spellings) {
    const auto glob = GoGlob::parse(spelling, problem);
    const auto pairs = glob ? glob->atSpace(problem) : std::nullopt;
    if (!pairs) return std::nullopt;
    auto alone = fileMatches(glob->regex(), problem);
    if (!alone) return std::nullopt;
    parts.push_back(std::move(*alone));
    for (const auto& [path, arguments] : *pairs) {
      auto both = withArguments(fileMatches(path, problem), arguments, problem);
      if (!both) return std::nullopt;
      parts.push_back(std::move(*both));
    }
  }
  return rules::anyOf(std::move(parts));
}

// Outside of sets, and not behind a backslash.
bool hasBraces(std::string_view pattern) {
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '{') return true;
    if (pattern[i] == '\\') {
      ++i;
    } else if (pattern[i] == '[') {
      i = std::min(pattern.find(']', i + 1), pattern.size());
    }
  }
  return false;
}

}  // namespace

std::optional<std::string> pathRegex(std::string_view pattern, std::string& problem) {
  return Translator(pattern).run(problem);
}

std::optional<std::string> spelledOtherwise(const std::string& pattern) {
  const std::size_t wild = std::min(pattern.find_first_of("*?[{\\ "), pattern.size());
  const std::size_t slash = pattern.rfind('/', wild);
  if (slash == std::string::npos || slash == 0) return std::nullopt;
  const std::string before = pattern.substr(0, slash + 1);
  const std::string other = rules::oneSpelling(before);
  if (other == before) return std::nullopt;
  return other + pattern.substr(slash + 1);
}

std::optional<Condition> patternTest(const std::string& pattern, KubeArmorGlobs globs,
                                     std::string& problem) {
  return globs == KubeArmorGlobs::kTelemetry ? alerted(pattern, problem)
                                             : enforced(pattern, problem);
}

std::string otherReading(const std::string& pattern, KubeArmorGlobs globs) {
  const std::string path = pattern.substr(0, pattern.find(' '));
  const bool enforcing = globs == KubeArmorGlobs::kAppArmor;
  std::string problem;
  if (enforcing && !isRegexOfGo(pattern)) {
    return path.find("**") != std::string::npos
               ? "KubeArmor enforces '**' and leaves it out of its own alerts; here it crosses "
                 "directories"
               : "KubeArmor enforces it and leaves it out of its own alerts, as it is no regular "
                 "expression";
  }
  if (enforcing && !GoGlob::parse(pattern, problem)) {
    return "KubeArmor enforces it, and its own alerts cannot read it: " + problem;
  }
  if (hasBraces(path)) {
    return enforcing ? "in KubeArmor's own alerts braces stand for themselves; here, as it "
                       "enforces them, for what is in them"
                     : "KubeArmor enforces what is in the braces; here, as in its own alerts, they "
                       "stand for themselves";
  }
  return {};
}

}  // namespace exectrail::analyzer::kubearmor
