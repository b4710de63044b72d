// Translates a pattern into a regular expression; RE2 promises linear time whatever the bytes are.
#include "analyzer/paths/glob.h"

#include <re2/re2.h>

#include <cctype>

namespace exectrail::analyzer {
namespace {

constexpr std::size_t kMaxPattern = 4096;
constexpr std::int64_t kRegexMemory = 1 << 20;  // per expression, also bounds what {n,m} expands to

class Translator {
 public:
  explicit Translator(std::string_view pattern) : rest_(pattern) {}

  bool run(std::string& problem) {
    while (!rest_.empty() && problem_.empty()) step();
    if (problem_.empty() && braces_ > 0) problem_ = "'{' without '}'";
    problem = problem_;
    return problem_.empty();
  }

  std::string regex, prefix;
  std::size_t literals = 0;
  bool wild = false;

 private:
  void step() {
    if (take("/**/")) {
      literal('/');
      return wildcard("(?:.*/)?");
    }
    if (take("**")) return wildcard(rest_.empty() ? ".+" : ".*");
    if (take("*")) return wildcard("[^/]*");
    if (take("?")) return wildcard("[^/]");
    if (take("[")) return characterClass();
    if (take("{")) {
      ++braces_;
      return wildcard("(?:");
    }
    if (braces_ > 0 && take(",")) return wildcard("|");
    if (braces_ > 0 && take("}")) {
      --braces_;
      return wildcard(")");
    }
    if (take("\\") && rest_.empty()) {
      problem_ = "nothing follows the last '\\'";
      return;
    }
    literal(rest_.front());
    rest_.remove_prefix(1);
  }

  void characterClass() {
    std::string set = take("!") || take("^") ? "[^/" : "[";
    bool first = true;
    while (!rest_.empty() && (first || rest_.front() != ']')) {
      const char c = rest_.front();
      rest_.remove_prefix(1);
      first = false;
      if (c == '/') {
        problem_ = "a '[...]' cannot hold '/'";
        return;
      }
      if (c != '-' && ispunct(static_cast<unsigned char>(c)) != 0) set += '\\';
      set += c;
    }
    if (!take("]")) {
      problem_ = "'[' without ']'";
      return;
    }
    wildcard(set + "]");
  }

  bool take(std::string_view token) {
    if (!rest_.starts_with(token)) return false;
    rest_.remove_prefix(token.size());
    return true;
  }

  void wildcard(std::string_view expression) {
    wild = true;
    regex += expression;
  }

  void literal(char c) {
    regex += re2::RE2::QuoteMeta(re2::StringPiece(&c, 1));
    ++literals;
    if (!wild) prefix += c;
  }

  std::string_view rest_;
  std::string problem_;
  int braces_ = 0;
};

}  // namespace

std::shared_ptr<const re2::RE2> compileRegex(std::string_view pattern, std::string& problem) {
  if (pattern.size() > kMaxPattern) {
    problem = "longer than " + std::to_string(kMaxPattern) + " bytes";
    return nullptr;
  }
  re2::RE2::Options options;
  options.set_encoding(re2::RE2::Options::EncodingLatin1);  // bytes: paths need not be UTF-8
  options.set_dot_nl(true);  // a newline in a name must not hide what follows it
  options.set_log_errors(false);
  options.set_max_mem(kRegexMemory);
  auto regex =
      std::make_shared<const re2::RE2>(re2::StringPiece(pattern.data(), pattern.size()), options);
  if (!regex->ok()) {
    problem = regex->error();
    return nullptr;
  }
  return regex;
}

std::optional<Glob> Glob::compile(std::string_view pattern, std::string& problem) {
  Translator translator(pattern);
  if (!translator.run(problem)) return std::nullopt;
  Glob glob;
  glob.pattern_ = std::string(pattern);
  glob.prefix_ = translator.prefix;
  glob.literalCharacters_ = translator.literals;
  if (translator.wild) {
    glob.regex_ = compileRegex(translator.regex, problem);
    if (!glob.regex_) return std::nullopt;
  }
  const std::string_view whole =
      translator.wild
          ? std::string_view(glob.prefix_).substr(0, std::string_view(glob.prefix_).rfind('/') + 1)
          : std::string_view(glob.prefix_);
  for (std::size_t i = 0; i < whole.size(); ++i) {
    if (whole[i] != '/' && (i + 1 == whole.size() || whole[i + 1] == '/')) ++glob.fixedComponents_;
  }
  return glob;
}

Glob Glob::literal(std::string_view text) {
  std::string pattern;
  for (const char c : text) {
    if (std::string_view("*?[{\\").find(c) != std::string_view::npos) pattern += '\\';
    pattern += c;
  }
  std::string problem;
  return *compile(pattern, problem);  // without a wildcard nothing can be wrong
}

bool Glob::matches(std::string_view text) const {
  if (!text.starts_with(prefix_)) return false;
  if (!regex_) return text.size() == prefix_.size();
  return re2::RE2::FullMatch(re2::StringPiece(text.data(), text.size()), *regex_);
}

}  // namespace exectrail::analyzer
