#include "analyzer/rules/sigma_condition.h"

#include <algorithm>

#include "analyzer/rules/conditions.h"

namespace exectrail::analyzer::sigma {
namespace {

using rules::allOf;
using rules::anyOf;

constexpr std::size_t kMaxDepth = 32;
constexpr std::size_t kMaxTokens = 1000;
constexpr std::size_t kMaxText = 16 << 10;
// Of all that the condition names, each as often as it does.
constexpr std::size_t kMaxConditions = 5000;
constexpr std::size_t kMaxSelected = 256 << 10;  // bytes of their text

struct Stopped {
  std::string problem;
};

bool isBlank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

std::vector<std::string> tokenized(std::string_view text) {
  std::vector<std::string> tokens;
  for (std::size_t i = 0; i < text.size();) {
    if (isBlank(text[i])) {
      ++i;
      continue;
    }
    if (tokens.size() == kMaxTokens) throw Stopped{"the condition is too long"};
    std::size_t end = i + 1;
    const auto isSingle = [](char c) { return c == '(' || c == ')' || c == '|'; };
    if (!isSingle(text[i])) {
      while (end < text.size() && !isBlank(text[end]) && !isSingle(text[end])) ++end;
    }
    tokens.emplace_back(text.substr(i, end - i));
    i = end;
  }
  return tokens;
}

// Whether `name` fits `pattern`, in which `*` stands for anything.
bool fits(std::string_view name, std::string_view pattern) {
  std::size_t at = 0;
  std::size_t in = 0;
  std::size_t star = std::string_view::npos;
  std::size_t mark = 0;
  while (at < name.size()) {
    if (in < pattern.size() && pattern[in] == '*') {
      star = in++;
      mark = at;
    } else if (in < pattern.size() && pattern[in] == name[at]) {
      ++in;
      ++at;
    } else if (star != std::string_view::npos) {
      in = star + 1;
      at = ++mark;
    } else {
      return false;
    }
  }
  while (in < pattern.size() && pattern[in] == '*') ++in;
  return in == pattern.size();
}

class Parser {
 public:
  Parser(std::string_view text, const std::vector<std::string>& names, const Selection& selection,
         std::vector<std::string>& unmatched)
      : tokens_(tokenized(text)), names_(names), selection_(selection), unmatched_(unmatched) {}

  Condition run() {
    Condition condition = parseOr();
    if (at_ < tokens_.size()) {
      if (tokens_[at_] == "|") {
        throw Stopped{
            "aggregations behind '|' are not supported; the specification replaced them "
            "with correlation rules"};
      }
      throw Stopped{"unexpected '" + tokens_[at_] + "' in the condition"};
    }
    return condition;
  }

 private:
  bool is(std::string_view word) const {
    return at_ < tokens_.size() && folded(tokens_[at_]) == word;
  }

  bool accept(std::string_view word) {
    if (!is(word)) return false;
    ++at_;
    return true;
  }

  Condition selected(const std::string& name) {
    Condition condition = selection_(name);
    conditions_ += rules::sizeOf(condition);
    bytes_ += condition.text.size();
    if (conditions_ > kMaxConditions || bytes_ > kMaxSelected)
      throw Stopped{"the rule is too large"};
    return condition;
  }

  Condition parseOr() {
    if (++depth_ > kMaxDepth) throw Stopped{"the condition is nested too deeply"};
    std::vector<Condition> parts;
    do {
      parts.push_back(parseAnd());
    } while (accept("or"));
    --depth_;
    return anyOf(std::move(parts));
  }

  Condition parseAnd() {
    std::vector<Condition> parts;
    do {
      parts.push_back(parseNot());
    } while (accept("and"));
    return allOf(std::move(parts));
  }

  Condition parseNot() {
    bool negated = false;
    while (accept("not")) negated = !negated;
    Condition condition = parsePrimary();
    return negated ? rules::negation(std::move(condition)) : condition;
  }

  Condition parsePrimary() {
    if (accept("(")) {
      Condition condition = parseOr();
      if (!accept(")")) throw Stopped{"'(' without ')' in the condition"};
      return condition;
    }
    if (at_ >= tokens_.size()) throw Stopped{"the condition ends too early"};
    const bool quantifier = at_ + 1 < tokens_.size() && folded(tokens_[at_ + 1]) == "of";
    if (quantifier) return parseOf();
    const std::string& name = tokens_[at_];
    if (std::ranges::count(names_, name) == 0) {
      throw Stopped{"the condition names '" + name + "', and there is no such selection"};
    }
    ++at_;
    return selected(name);
  }

  Condition parseOf() {
    const std::string quantity = folded(tokens_[at_]);
    const bool all = quantity == "all";
    if (!all && quantity != "1" && quantity != "any") {
      throw Stopped{"'" + tokens_[at_] + " of' is not 1 of, any of or all of"};
    }
    at_ += 2;
    if (at_ >= tokens_.size()) throw Stopped{"the condition ends behind 'of'"};
    const std::string pattern = tokens_[at_++];
    std::vector<Condition> parts;
    for (const std::string& name : names_) {
      const bool meant = folded(pattern) == "them" ? !name.starts_with('_') : fits(name, pattern);
      if (meant) parts.push_back(selected(name));
    }
    if (parts.empty()) {
      unmatched_.push_back(pattern);
      return rules::never();
    }
    return all ? allOf(std::move(parts)) : anyOf(std::move(parts));
  }

  std::vector<std::string> tokens_;
  const std::vector<std::string>& names_;
  const Selection& selection_;
  std::vector<std::string>& unmatched_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  std::size_t conditions_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace

ConditionResult parseCondition(std::string_view text, const std::vector<std::string>& names,
                               const Selection& selection) {
  ConditionResult result;
  if (text.size() > kMaxText) {
    result.problem = "the condition is too long";
    return result;
  }
  try {
    result.condition = Parser(text, names, selection, result.unmatched).run();
  } catch (const Stopped& stopped) {
    result.problem = stopped.problem;
  }
  return result;
}

}  // namespace exectrail::analyzer::sigma
