#include "analyzer/rules/kubearmor_pattern.h"

#include <re2/re2.h>

#include <algorithm>
#include <vector>

#include "analyzer/rules/conditions.h"
#include "analyzer/rules/kubearmor_go_glob.h"
#include "analyzer/rules/one_spelling.h"

namespace exectrail::analyzer::kubearmor {
namespace {

class Translator {
 public:
  explicit Translator(std::string_view pattern) : rest_(pattern) {}

  std::optional<std::string> run(std::string& problem) {
    while (!rest_.empty() && problem_.empty()) step();
    if (problem_.empty() && braces_ > 0) problem_ = "'{' without '}'";
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
      ++braces_;
      regex_ += "(?:";
    } else if (braces_ > 0 && take(",")) {
      regex_ += "|";
    } else if (braces_ > 0 && take("}")) {
      --braces_;
      regex_ += ")";
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

  void characterClass() {
    std::string set = take("^") ? "[^/" : "[";
    bool first = true;
    while (!rest_.empty() && (first || rest_.front() != ']')) {
      if (take("\\") && rest_.empty()) break;
      const char c = rest_.front();
      rest_.remove_prefix(1);
      first = false;
      if (c == '[' || c == ']' || c == '\\' || c == '^' || c == '&') set += '\\';
      set += c;
    }
    if (!take("]")) {
      problem_ = "'[' without ']'";
      return;
    }
    regex_ += set + "]";
  }

  std::string_view rest_;
  std::string regex_;
  std::string problem_;
  int braces_ = 0;
};

// For /bin/... and its like, the pattern in the spelling in which the kernel's path is recorded.
std::optional<std::string> spelledOtherwise(const std::string& pattern) {
  const std::size_t wild = std::min(pattern.find_first_of("*?[{\\ "), pattern.size());
  const std::size_t slash = pattern.rfind('/', wild);
  if (slash == std::string::npos || slash == 0) return std::nullopt;
  const std::string before = pattern.substr(0, slash + 1);
  const std::string other = rules::oneSpelling(before);
  if (other == before) return std::nullopt;
  return other + pattern.substr(slash + 1);
}

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
