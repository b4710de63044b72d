#include "replay/scenes/samples.h"

#include <re2/re2.h>

#include <algorithm>

namespace exectrail::replay {
namespace {

constexpr std::size_t kMost = 48;  // samples of a part

using Texts = std::vector<std::string>;

// Each of `left` followed by each of `right`; if they are too many, each of both at least once.
Texts joined(const Texts& left, const Texts& right) {
  Texts all;
  if (left.size() * right.size() <= kMost) {
    for (const std::string& a : left) {
      for (const std::string& b : right) all.push_back(a + b);
    }
    return all;
  }
  const std::size_t most = std::max(left.size(), right.size());
  for (std::size_t i = 0; i < most; ++i) {
    all.push_back(left[i % left.size()] + right[i % right.size()]);
  }
  return all;
}

void append(Texts& to, Texts from) {
  for (std::string& each : from) {
    if (std::find(to.begin(), to.end(), each) == to.end()) to.push_back(std::move(each));
  }
}

// A character that a class in brackets holds: its first one, or one that it does not exclude.
std::string ofClass(std::string_view inside, bool negated) {
  std::string members;
  for (std::size_t i = 0; i < inside.size(); ++i) {
    if (inside[i] == '\\' && i + 1 < inside.size()) {
      const char escaped = inside[++i];
      members += escaped == 'd'   ? "0123456789"
                 : escaped == 's' ? " "
                 : escaped == 'w' ? "aw_0"
                                  : std::string(1, escaped);
    } else if (i + 2 < inside.size() && inside[i + 1] == '-') {
      for (int c = inside[i]; c <= inside[i + 2]; ++c) members += static_cast<char>(c);
      i += 2;
    } else {
      members += inside[i];
    }
  }
  if (!negated) return members.substr(0, 1);
  for (const char c : std::string_view("xa1/-Z")) {
    if (members.find(c) == std::string::npos) return std::string(1, c);
  }
  return "~";
}

class RegexSampler {
 public:
  explicit RegexSampler(std::string_view pattern) : pattern_(pattern) {}

  Texts run() { return alternatives(); }

 private:
  bool at(char c) const { return at_ < pattern_.size() && pattern_[at_] == c; }

  Texts alternatives() {
    Texts all = sequence();
    while (at('|')) {
      ++at_;
      append(all, sequence());
    }
    return all;
  }

  Texts sequence() {
    Texts all = {""};
    while (at_ < pattern_.size() && !at('|') && !at(')')) {
      const Texts one = atom();
      all = joined(all, quantified(one));
    }
    return all;
  }

  Texts quantified(const Texts& one) {
    if (at('*') || at('?')) {
      const bool star = at('*');
      ++at_;
      if (at('?')) ++at_;
      Texts all = {""};
      if (!star || one.size() <= 4) append(all, one);
      return all;
    }
    if (at('+')) {
      ++at_;
      return one;
    }
    if (!at('{')) return one;
    std::size_t least = 0;
    while (++at_ < pattern_.size() && pattern_[at_] >= '0' && pattern_[at_] <= '9') {
      least = least * 10 + static_cast<std::size_t>(pattern_[at_] - '0');
    }
    while (at_ < pattern_.size() && pattern_[at_] != '}') ++at_;
    ++at_;
    Texts all = {""};
    for (std::size_t i = 0; i < std::min<std::size_t>(least, 64); ++i) all = joined(all, one);
    return all;
  }

  Texts atom() {
    const char c = pattern_[at_++];
    if (c == '(') return group();
    if (c == '[') return brackets();
    if (c == '.') return {"x", " x "};
    if (c == '^' || c == '$') return {""};
    if (c != '\\' || at_ >= pattern_.size()) return {std::string(1, c)};
    const char escaped = pattern_[at_++];
    switch (escaped) {
      case 'd':
        return {"1"};
      case 'w':
        return {"w"};
      case 's':
        return {" "};
      case 'b':
      case 'B':
      case 'A':
      case 'z':
        return {""};
      default:
        return {std::string(1, escaped)};
    }
  }

  Texts group() {
    if (at('?')) {  // (?:…), (?i)
      while (at_ < pattern_.size() && !at(':') && !at(')')) ++at_;
      if (at(')')) {
        ++at_;
        return {""};
      }
      ++at_;
    }
    Texts all = alternatives();
    if (at(')')) ++at_;
    return all;
  }

  Texts brackets() {
    const bool negated = at('^');
    if (negated) ++at_;
    const std::size_t from = at_;
    if (at(']')) ++at_;
    while (at_ < pattern_.size() && !at(']')) at_ += at('\\') ? 2 : 1;
    const std::string_view inside = pattern_.substr(from, at_ - from);
    ++at_;
    return {ofClass(inside, negated)};
  }

  std::string_view pattern_;
  std::size_t at_ = 0;
};

class GlobSampler {
 public:
  explicit GlobSampler(std::string_view pattern) : pattern_(pattern) {}

  Texts run(bool nested) {
    Texts all = {""};
    while (at_ < pattern_.size()) {
      const char c = pattern_[at_];
      if (nested && (c == ',' || c == '}')) return all;
      ++at_;
      all = joined(all, one(c));
    }
    return all;
  }

 private:
  Texts one(char c) {
    if (c == '\\' && at_ < pattern_.size()) return {std::string(1, pattern_[at_++])};
    if (c == '?') return {"x"};
    if (c == '*') {
      const bool deep = at_ < pattern_.size() && pattern_[at_] == '*';
      if (deep) ++at_;
      return deep ? Texts{"x", "x/y"} : Texts{"x", "tool-1"};
    }
    if (c == '[') {
      const std::size_t end = pattern_.find(']', at_ + 1);
      if (end == std::string_view::npos) return {"["};
      const bool negated = pattern_[at_] == '!';
      const std::string_view inside =
          pattern_.substr(at_ + (negated ? 1U : 0U), end - at_ - (negated ? 1U : 0U));
      at_ = end + 1;
      return {ofClass(inside, negated)};
    }
    if (c != '{') return {std::string(1, c)};
    Texts all;
    for (;;) {
      append(all, run(true));
      if (at_ >= pattern_.size()) return all;
      if (pattern_[at_++] == '}') return all;
    }
  }

  std::string_view pattern_;
  std::size_t at_ = 0;
};

}  // namespace

Texts samplesOfRegex(std::string_view pattern) { return RegexSampler(pattern).run(); }

Texts samplesOfGlob(std::string_view pattern) { return GlobSampler(pattern).run(false); }

Texts samplesOf(const analyzer::Condition& condition) {
  using Kind = analyzer::Condition::Kind;
  Texts all;
  switch (condition.kind) {
    case Kind::kEqual:
    case Kind::kContains:
      return condition.texts;
    case Kind::kUnder:
      for (const std::string& each : condition.texts) all.push_back(each + "/x");
      return all;
    case Kind::kStartsWith:
      for (const std::string& each : condition.texts) append(all, {each + "x", each});
      return all;
    case Kind::kEndsWith:
      for (const std::string& each : condition.texts) append(all, {"x" + each, each});
      return all;
    case Kind::kMatches:
      return condition.regex == nullptr ? all : samplesOfRegex(condition.regex->pattern());
    case Kind::kTextIn:
    case Kind::kGenuine:
      if (condition.set == nullptr) return all;
      all.assign(condition.set->exact().begin(), condition.set->exact().end());
      std::sort(all.begin(), all.end());  // a hash set has no order
      for (const analyzer::Glob& each : condition.set->globs()) {
        append(all, samplesOfGlob(each.pattern()));
      }
      return all;
    default:
      return all;
  }
}

}  // namespace exectrail::replay
