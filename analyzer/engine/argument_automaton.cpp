#include "analyzer/engine/argument_automaton.h"

#include <re2/re2.h>
#include <re2/set.h>

#include <algorithm>

#include "analyzer/engine/command_line_words.h"

namespace exectrail::analyzer {
namespace {

using Kind = Condition::Kind;

constexpr std::int64_t kAutomatonBytes = 32 << 20;

re2::RE2::Options options() {
  re2::RE2::Options options;
  options.set_encoding(re2::RE2::Options::EncodingLatin1);  // as compileRegex() has them
  options.set_dot_nl(true);
  options.set_log_errors(false);
  options.set_max_mem(kAutomatonBytes);
  return options;
}

std::size_t bigram(char first, char second) {
  return (std::size_t{WordAutomaton::small(first)} << 8) | WordAutomaton::small(second);
}

// Whether it can match at the beginning of a text only: `^`, and no other way beside.
bool anchored(std::string_view pattern) {
  if (!pattern.starts_with('^')) return false;
  int depth = 0;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '\\') {
      if (pattern.substr(i, 2) == "\\Q") return false;  // what follows would be read in another way
      ++i;
    } else if (c == '[') {
      // A bracket that comes first belongs to the class.
      std::size_t end = i + 1;
      if (end < pattern.size() && pattern[end] == '^') ++end;
      if (end < pattern.size() && pattern[end] == ']') ++end;
      while (end < pattern.size() && pattern[end] != ']') end += pattern[end] == '\\' ? 2U : 1U;
      i = end;
    } else if (c == '(') {
      ++depth;
    } else if (c == ')') {
      --depth;
    } else if (c == '|' && depth == 0) {
      return false;
    }
  }
  return true;
}

// With which everything begins that an anchored expression matches, in whichever case; empty: it
// need not begin with one certain byte.
std::string firstByte(const re2::RE2& regex) {
  constexpr std::string_view kNoCase = "(?i)";
  std::string least;
  std::string most;
  std::string pattern = regex.pattern();
  if (pattern.starts_with(kNoCase)) pattern.erase(0, kNoCase.size());
  if (!anchored(pattern)) return {};
  const re2::RE2 sensitive(pattern, options());
  if (!sensitive.ok() || !sensitive.PossibleMatchRange(&least, &most, 2)) return {};
  if (least.empty() || most.empty()) return {};
  // What may stand behind the byte may be anything: then the next byte alone is the limit, and
  // texts of one byte are always asked about.
  const bool next = most.size() == 1 &&
                    static_cast<unsigned char>(most[0]) == static_cast<unsigned char>(least[0]) + 1;
  return least[0] == most[0] || next ? least.substr(0, 1) : std::string();
}

}  // namespace

struct ArgumentAutomaton::Patterns {
  re2::RE2::Set set{options(), re2::RE2::UNANCHORED};
  Tests tests;  // by pattern
  bool usable = false;
};

ArgumentAutomaton::ArgumentAutomaton(const Tests& tests)
    : patterns_(std::make_unique<Patterns>()),
      beginnings_(std::make_unique<Bigrams>()),
      parts_(std::make_unique<Bigrams>()) {
  for (const Condition* test : tests) add(*test);
  if (!patterns_->tests.empty()) patterns_->usable = patterns_->set.Compile();
  wordAutomaton_.finish();
  std::ranges::sort(unanswered_);
}
ArgumentAutomaton::~ArgumentAutomaton() = default;

bool ArgumentAutomaton::canAsk(const Condition& test) {
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

bool ArgumentAutomaton::answers(const Condition& test) const {
  return !std::ranges::binary_search(unanswered_, &test);
}

void ArgumentAutomaton::add(const Condition& test) {
  if (test.left.attribute == Attribute::kCommandLine) return addCommandLine(test);
  const bool elements =
      test.kind == Kind::kContains && test.left.attribute == Attribute::kArguments;
  if (test.kind == Kind::kEqual || elements) {
    for (const std::string& text : test.texts) addExact(test, text);
  } else if (test.kind == Kind::kTextIn) {
    for (const std::string& text : test.set->exact()) addExact(test, text);
    for (const Glob& glob : test.set->globs()) {
      addPattern(test, "\\A(?:" + glob.regex().pattern() + ")\\z");
      expectBeginning(glob.literalPrefix());
    }
  } else if (test.kind == Kind::kMatches) {
    addPattern(test, test.regex->pattern());
    expectBeginning(firstByte(*test.regex));
  } else {
    const Where where = test.kind == Kind::kStartsWith ? Where::kAtBeginning
                        : test.kind == Kind::kEndsWith ? Where::kAtEnd
                                                       : Where::kAnywhere;
    for (const std::string& text : test.texts) addWord(test, text, where, test.nocase);
  }
}

void ArgumentAutomaton::addCommandLine(const Condition& test) {
  const auto words = wordsOfCommandLine(test);
  if (!words) return unanswered_.push_back(&test);
  for (const std::string& word : *words) addWord(test, word, Where::kAnywhere, true);
}

void ArgumentAutomaton::addWord(const Condition& test, const std::string& text, Where where,
                                bool nocase) {
  if (text.empty()) return unanswered_.push_back(&test);
  wordAutomaton_.add(text, static_cast<std::uint32_t>(words_.size()));
  words_.push_back({&test, text, where, nocase});
  if (where == Where::kAtBeginning) {
    expectBeginning(text);
  } else {
    expectSomewhere(text);
  }
}

void ArgumentAutomaton::addExact(const Condition& test, const std::string& text) {
  (test.nocase ? exactSmall_ : exact_)[text].push_back(&test);
  expectBeginning(text.size() > 1 ? trace::Bytes(text) : trace::Bytes("\0", 1));
}

void ArgumentAutomaton::addPattern(const Condition& test, const std::string& pattern) {
  const bool fits = patterns_->set.Add(test.nocase ? "(?i)" + pattern : pattern, nullptr) >= 0;
  (fits ? patterns_->tests : unanswered_).push_back(&test);
}

void ArgumentAutomaton::expectBeginning(trace::Bytes text) {
  if (text.empty()) {
    anything_ = true;
  } else if (text.size() == 1) {
    for (int second = 0; second < 256; ++second) {
      beginnings_->set(bigram(text[0], static_cast<char>(second)));
    }
  } else {
    beginnings_->set(bigram(text[0], text[1]));
  }
}

void ArgumentAutomaton::expectSomewhere(trace::Bytes text) {
  anyPart_ = true;
  if (text.size() > 1) {
    parts_->set(bigram(text[0], text[1]));
    return;
  }
  for (int other = 0; other < 256; ++other) {
    parts_->set(bigram(text[0], static_cast<char>(other)));
    parts_->set(bigram(static_cast<char>(other), text[0]));
  }
}

bool ArgumentAutomaton::worthAsking(trace::Bytes text) const {
  if (anything_ || text.size() < 2) return true;
  if (beginnings_->test(bigram(text[0], text[1]))) return true;
  if (!anyPart_) return false;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (parts_->test(bigram(text[i - 1], text[i]))) return true;
  }
  return false;
}

void ArgumentAutomaton::findWords(trace::Bytes text, Tests& found) const {
  std::vector<bool> seen(words_.size());
  wordAutomaton_.find(text, [&](std::uint32_t number, std::size_t end) {
    const Word& word = words_[number];
    const std::size_t begin = end - word.text.size();
    if (seen[number] || (word.where == Where::kAtBeginning && begin != 0) ||
        (word.where == Where::kAtEnd && end != text.size()) ||
        (!word.nocase && text.substr(begin, word.text.size()) != word.text)) {
      return;
    }
    seen[number] = true;
    found.push_back(word.test);
  });
}

std::optional<Tests> ArgumentAutomaton::ask(trace::Bytes text) const {
  Tests found;
  const auto lookUp = [&](const ByText& exact, const std::string& key) {
    if (const auto at = exact.find(key); at != exact.end()) {
      found.insert(found.end(), at->second.begin(), at->second.end());
    }
  };
  if (!exact_.empty()) lookUp(exact_, std::string(text));
  if (!exactSmall_.empty()) lookUp(exactSmall_, folded(text));
  if (!words_.empty()) findWords(text, found);
  if (patterns_->tests.empty()) return found;
  std::vector<int> matches;
  re2::RE2::Set::ErrorInfo error{};
  const re2::StringPiece piece(text.data(), text.size());
  const bool answered = patterns_->usable && (patterns_->set.Match(piece, &matches, &error) ||
                                              error.kind == re2::RE2::Set::kNoError);
  if (!answered) return std::nullopt;
  for (const int match : matches) {
    found.push_back(patterns_->tests[static_cast<std::size_t>(match)]);
  }
  return found;
}

std::shared_ptr<const ArgumentAutomaton> ArgumentAutomata::of(const Tests& tests) {
  const std::lock_guard lock(mutex_);
  if (const auto found = made_.find(tests); found != made_.end()) return found->second;
  auto made = std::make_shared<const ArgumentAutomaton>(tests);
  if (made_.size() < kMost) made_.emplace(tests, made);
  return made;
}

}  // namespace exectrail::analyzer
