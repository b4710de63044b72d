#include "analyzer/engine/argument_tests.h"

#include <re2/re2.h>
#include <re2/set.h>

#include <algorithm>

namespace exectrail::analyzer {
namespace {

using Kind = Condition::Kind;

constexpr std::int64_t kAutomatonBytes = 64 << 20;

re2::RE2::Options options() {
  re2::RE2::Options options;
  options.set_encoding(re2::RE2::Options::EncodingLatin1);  // as compileRegex() has them
  options.set_dot_nl(true);
  options.set_log_errors(false);
  options.set_max_mem(kAutomatonBytes);
  return options;
}

void sort(std::vector<std::uint32_t>& numbers) {
  std::ranges::sort(numbers);
  const auto rest = std::ranges::unique(numbers);
  numbers.erase(rest.begin(), rest.end());
}

}  // namespace

struct ArgumentTests::Patterns {
  re2::RE2::Set set{options(), re2::RE2::UNANCHORED};
  Numbers numbers;     // by pattern
  Numbers unanswered;  // of patterns that did not fit: they may always be true
  bool usable = false;
};

ArgumentTests::ArgumentTests() : patterns_(std::make_unique<Patterns>()) {}
ArgumentTests::~ArgumentTests() = default;

bool ArgumentTests::canAsk(const Condition& test) {
  switch (test.kind) {
    case Kind::kEqual:
    case Kind::kTextIn:
    case Kind::kMatches:
    case Kind::kContains:
    case Kind::kStartsWith:
    case Kind::kEndsWith:
      return !test.right;
    default:
      return false;
  }
}

void ArgumentTests::add(const Condition& test, std::uint32_t number) {
  all_.push_back(number);
  auto& exact = test.nocase ? exactSmall_ : exact_;
  const bool elements =
      test.kind == Kind::kContains && test.left.attribute == Attribute::kArguments;
  if (test.kind == Kind::kEqual || elements) {
    for (const std::string& text : test.texts) exact[text].push_back(number);
  } else if (test.kind == Kind::kTextIn) {
    for (const std::string& text : test.set->exact()) exact[text].push_back(number);
    for (const Glob& glob : test.set->globs()) {
      addPattern("\\A(?:" + glob.regex().pattern() + ")\\z", test.nocase, number);
    }
  } else if (test.kind == Kind::kMatches) {
    addPattern(test.regex->pattern(), test.nocase, number);
  } else {
    for (const std::string& text : test.texts) {
      const std::string quoted = re2::RE2::QuoteMeta(text);
      const bool begins = test.kind == Kind::kStartsWith;
      const bool ends = test.kind == Kind::kEndsWith;
      addPattern((begins ? "\\A" : "") + quoted + (ends ? "\\z" : ""), test.nocase, number);
    }
  }
}

void ArgumentTests::addPattern(const std::string& pattern, bool nocase, std::uint32_t number) {
  if (patterns_->set.Add(nocase ? "(?i)" + pattern : pattern, nullptr) < 0) {
    patterns_->unanswered.push_back(number);
  } else {
    patterns_->numbers.push_back(number);
  }
}

void ArgumentTests::prepare() {
  sort(all_);
  patterns_->usable = patterns_->set.Compile();
  lists_.push_back(&places_.emplace(Numbers(), 0).first->first);
  lists_.push_back(&all_);
}

ArgumentTests::Numbers ArgumentTests::ask(trace::Bytes text) const {
  Numbers found = patterns_->unanswered;
  const auto lookUp = [&](const auto& exact, const std::string& key) {
    if (const auto at = exact.find(key); at != exact.end()) {
      found.insert(found.end(), at->second.begin(), at->second.end());
    }
  };
  if (!exact_.empty()) lookUp(exact_, std::string(text));
  if (!exactSmall_.empty()) lookUp(exactSmall_, folded(text));
  if (patterns_->numbers.empty()) return found;
  std::vector<int> matches;
  re2::RE2::Set::ErrorInfo error{};
  const re2::StringPiece piece(text.data(), text.size());
  const bool answered = patterns_->usable && (patterns_->set.Match(piece, &matches, &error) ||
                                              error.kind == re2::RE2::Set::kNoError);
  if (!answered) return all_;
  for (const int match : matches) {
    found.push_back(patterns_->numbers[static_cast<std::size_t>(match)]);
  }
  return found;
}

const std::vector<std::uint32_t>& ArgumentTests::hitsOf(Text& text) {
  if (text.hits != 0) return *lists_[text.hits - 1];
  Numbers found = ask(text.bytes());
  sort(found);
  std::uint32_t place = 1;
  if (const auto known = places_.find(found); known != places_.end()) {
    place = known->second;
  } else if (lists_.size() < kMaxLists) {
    place = static_cast<std::uint32_t>(lists_.size());
    lists_.push_back(&places_.emplace(std::move(found), place).first->first);
  }
  text.hits = place + 1;
  return *lists_[place];
}

}  // namespace exectrail::analyzer
