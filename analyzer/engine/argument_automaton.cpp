#include "analyzer/engine/argument_automaton.h"

#include <re2/re2.h>

#include <algorithm>

namespace exectrail::analyzer {
namespace {

using Kind = Condition::Kind;

}  // namespace

ArgumentAutomaton::ArgumentAutomaton(const Tests& tests) {
  for (const Condition* test : tests) add(*test);
  automaton_.finish();
  std::ranges::sort(unanswered_);
}

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
  if (test.left.attribute == Attribute::kCommandLine) {
    return addAtoms(test, wordsOfCommandLine(test), false);
  }
  switch (test.kind) {
    case Kind::kMatches:
      return addExpression(test);
    case Kind::kTextIn:
      return addPatterns(test);
    case Kind::kEqual:
      return addWords(test, test.texts, Where::kWhole);
    case Kind::kStartsWith:
      return addWords(test, test.texts, Where::kAtBeginning);
    case Kind::kEndsWith:
      return addWords(test, test.texts, Where::kAtEnd);
    default:
      // A list contains a text as an element.
      return addWords(
          test, test.texts,
          test.left.attribute == Attribute::kArguments ? Where::kWhole : Where::kAnywhere);
  }
}

void ArgumentAutomaton::addWords(const Condition& test, const std::vector<std::string>& words,
                                 Where where) {
  for (const std::string& word : words) {
    if (word.empty() && where != Where::kWhole) return unanswered_.push_back(&test);
    automaton_.add(word, where, static_cast<std::uint32_t>(words_.size()));
    words_.push_back({&test, test.nocase ? std::string() : word});
  }
}

void ArgumentAutomaton::addExpression(const Condition& test) {
  constexpr std::string_view kCommon = "-/";  // these tell nothing
  Expression& expression = expressions_[&test];
  expression.begins = firstBytesOf(*test.regex);
  if (const auto sets = wordSetsOf(*test.regex)) {
    expression.enough = sets->enough;
    for (std::size_t i = 0; i < sets->words.size(); ++i) {
      automaton_.add(sets->words[i], Where::kAnywhere, static_cast<std::uint32_t>(words_.size()));
      words_.push_back({&test, {}, true, std::uint64_t{1} << i});
    }
    return;
  }
  const auto atoms = wordsOf(*test.regex);
  const auto& begins = expression.begins;
  if (atoms || !begins || begins->first != begins->last) return addAtoms(test, atoms, true);
  const std::string first(1, static_cast<char>(begins->first));
  if (kCommon.find(first) != std::string_view::npos) return addAtoms(test, atoms, true);
  automaton_.add(first, Where::kAtBeginning, static_cast<std::uint32_t>(words_.size()));
  words_.push_back({&test, {}, true});
}

// Of each pattern of a set, what a text has that it matches; of the others, the text itself.
void ArgumentAutomaton::addPatterns(const Condition& test) {
  addWords(test, {test.set->exact().begin(), test.set->exact().end()}, Where::kWhole);
  for (const Glob& glob : test.set->globs()) addAtoms(test, wordsOf(glob.regex()), true);
}

void ArgumentAutomaton::addAtoms(const Condition& test,
                                 const std::optional<std::vector<std::string>>& atoms,
                                 bool pattern) {
  if (!atoms) return unanswered_.push_back(&test);
  for (const std::string& atom : *atoms) {
    automaton_.add(atom, Where::kAnywhere, static_cast<std::uint32_t>(words_.size()));
    words_.push_back({&test, {}, pattern});
  }
}

Tests ArgumentAutomaton::ask(trace::Bytes text) const {
  Tests found;
  std::vector<std::pair<const Condition*, std::uint64_t>> patterns;  // and the words that are there
  std::vector<bool> seen;
  automaton_.find(text, [&](std::uint32_t number, std::size_t end) {
    const Word& word = words_[number];
    const std::size_t size = word.exactly.size();
    if (size != 0 && text.substr(end - size, size) != word.exactly) return;
    if (seen.empty()) seen.resize(words_.size());
    if (seen[number]) return;
    seen[number] = true;
    if (!word.pattern) return found.push_back(word.test);
    patterns.emplace_back(word.test, word.bit);
  });
  std::ranges::sort(patterns);
  for (std::size_t i = 0; i < patterns.size();) {
    const Condition* test = patterns[i].first;
    std::uint64_t words = 0;
    for (; i < patterns.size() && patterns[i].first == test; ++i) words |= patterns[i].second;
    if (matches(*test, words, text)) found.push_back(test);
  }
  return found;
}

// What the words of a pattern have let through.
bool ArgumentAutomaton::matches(const Condition& test, std::uint64_t words,
                                trace::Bytes text) const {
  std::string small;
  if (test.nocase) {
    small = folded(text);
    text = small;
  }
  if (test.kind == Kind::kTextIn) return test.set->contains(text);
  const Expression& expression = expressions_.at(&test);
  if (expression.enough && ((*expression.enough >> words) & 1U) == 0) return false;
  if (expression.begins && (text.empty() || !expression.begins->holds(text.front()))) return false;
  return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *test.regex);
}

std::shared_ptr<const ArgumentAutomaton> ArgumentAutomata::of(const Tests& tests) {
  const std::lock_guard lock(mutex_);
  if (const auto found = made_.find(tests); found != made_.end()) return found->second;
  auto made = std::make_shared<const ArgumentAutomaton>(tests);
  if (made_.size() < kMost) made_.emplace(tests, made);
  return made;
}

}  // namespace exectrail::analyzer
