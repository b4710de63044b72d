#include "analyzer/rules/kubearmor_pattern.h"

#include <re2/re2.h>

namespace exectrail::analyzer::kubearmor {
namespace {

class Translator {
 public:
  Translator(std::string_view pattern, bool appArmor) : rest_(pattern), appArmor_(appArmor) {}

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
    } else if (appArmor_ && take("{")) {
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
    if (appArmor_ && whole) regex_ += "[^/]";
    regex_ += appArmor_ && stars > 1 ? ".*" : "[^/]*";
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
  bool appArmor_;
  std::string regex_;
  std::string problem_;
  int braces_ = 0;
};

}  // namespace

std::optional<std::string> pathRegex(std::string_view pattern, std::string& problem) {
  return Translator(pattern, true).run(problem);
}

std::optional<std::string> argumentRegex(std::string_view pattern, std::string& problem) {
  return Translator(pattern, false).run(problem);
}

}  // namespace exectrail::analyzer::kubearmor
