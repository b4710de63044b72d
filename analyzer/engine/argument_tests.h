// What an ArgumentAutomaton says of the arguments of one trace, asked of each distinct argument
// once. What is not found is surely not there; what is found may be.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <unordered_map>
#include <vector>

#include "analyzer/engine/argument_automaton.h"
#include "analyzer/engine/text_list.h"

namespace exectrail::analyzer {

class ArgumentTests {
 public:
  static constexpr std::size_t kKnown = 8192;

  // `automaton` is of these tests; `known`, a power of two, of how many texts the answers are kept.
  ArgumentTests(const Tests& tests, std::shared_ptr<const ArgumentAutomaton> automaton,
                std::size_t known = kKnown);
  explicit ArgumentTests(const Tests& tests)
      : ArgumentTests(tests, std::make_shared<const ArgumentAutomaton>(tests)) {}
  ArgumentTests(const ArgumentTests&) = delete;
  ArgumentTests& operator=(const ArgumentTests&) = delete;

  static bool canAsk(const Condition& test) { return ArgumentAutomaton::canAsk(test); }

  // The number of the set of tests that may be true of one of the arguments.
  std::uint32_t hitsOf(const TextList& arguments);

  static constexpr std::uint32_t kNoHits = 0;

  // Whether the test is in that set.
  bool mayBeTrue(const Condition& test, std::uint32_t hits) const;

 private:
  using Set = Tests;  // sorted

  std::uint32_t hitsOf(const Text& text);
  std::uint32_t ask(trace::Bytes text);
  std::uint32_t numberOf(Set set);
  std::uint32_t united(std::uint32_t a, std::uint32_t b);

  std::shared_ptr<const ArgumentAutomaton> automaton_;

  // By number; the first is empty, the second is that of all tests.
  static constexpr std::size_t kMaxSets = 4096;  // then it is all tests
  std::vector<const Set*> sets_;
  std::map<Set, std::uint32_t> numbers_;
  std::unordered_map<std::uint64_t, std::uint32_t> united_;

  // What was found out about kept texts: the newer replaces the older.
  struct Known {
    std::uint64_t textId = 0;
    std::uint32_t hits = 0;
  };
  std::vector<Known> known_;
};

}  // namespace exectrail::analyzer
