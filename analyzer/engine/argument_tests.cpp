#include "analyzer/engine/argument_tests.h"

#include <algorithm>
#include <utility>

namespace exectrail::analyzer {
namespace {

constexpr std::uint32_t kAllTests = 1;

void sortOnce(Tests& tests) {
  std::ranges::sort(tests);
  tests.erase(std::unique(tests.begin(), tests.end()), tests.end());
}

}  // namespace

ArgumentTests::ArgumentTests(const Tests& tests, std::shared_ptr<const ArgumentAutomaton> automaton)
    : automaton_(std::move(automaton)) {
  numberOf({});
  Set all = tests;
  sortOnce(all);
  if (all.empty()) all.push_back(nullptr);  // keeps its number
  numberOf(std::move(all));
}

ArgumentTests::Some::Some(Tests tests) : tests_(std::move(tests)) { sortOnce(tests_); }

bool ArgumentTests::mayBeTrue(const Condition& test, std::uint32_t hits) const {
  return std::ranges::binary_search(*sets_[hits], &test) || !automaton_->answers(test);
}

bool ArgumentTests::concerns(std::uint32_t hits, Some& some) const {
  if (hits >= some.holdsOf_.size()) some.holdsOf_.resize(sets_.size());
  std::uint8_t& known = some.holdsOf_[hits];
  if (known == 0) {
    const bool any = std::ranges::any_of(*sets_[hits], [&](const Condition* test) {
      return std::ranges::binary_search(some.tests_, test);
    });
    known = any ? 2 : 1;
  }
  return known == 2;
}

std::uint32_t ArgumentTests::hitsOf(const TextList& arguments, Some& some) {
  std::uint32_t hits = kNoHits;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    Text* kept = arguments.text(i);
    const std::uint32_t more = kept == nullptr ? ask(arguments[i]) : hitsOf(*kept);
    if (more != kNoHits && concerns(more, some)) hits = united(hits, more);
  }
  return hits;
}

std::uint32_t ArgumentTests::hitsOf(Text& text) {
  if (text.hits == 0) text.hits = ask(text.bytes()) + 1;
  return text.hits - 1;
}

std::uint32_t ArgumentTests::ask(trace::Bytes text) {
  Tests found = automaton_->ask(text);
  return found.empty() ? kNoHits : numberOf(std::move(found));
}

std::uint32_t ArgumentTests::numberOf(Set set) {
  sortOnce(set);
  if (const auto known = numbers_.find(set); known != numbers_.end()) return known->second;
  inSets_ += set.size();
  if (sets_.size() >= kMaxSets || (sets_.size() > kAllTests && inSets_ > kMaxInSets)) {
    return kAllTests;
  }
  const auto number = static_cast<std::uint32_t>(sets_.size());
  sets_.push_back(&numbers_.emplace(std::move(set), number).first->first);
  return number;
}

std::uint32_t ArgumentTests::united(std::uint32_t a, std::uint32_t b) {
  if (a == b) return a;
  if (a == kNoHits) return b;
  const std::uint64_t both = (std::uint64_t{a} << 32) | b;
  if (const auto known = united_.find(both); known != united_.end()) return known->second;
  Set set = *sets_[a];
  set.insert(set.end(), sets_[b]->begin(), sets_[b]->end());
  const std::uint32_t number = numberOf(std::move(set));
  if (united_.size() < kMaxSets) united_.emplace(both, number);
  return number;
}

}  // namespace exectrail::analyzer
