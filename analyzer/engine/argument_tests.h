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
  // `automaton` is of these tests. Of kept texts the answers are kept with them: nobody else asks
  // about the same ones.
  ArgumentTests(const Tests& tests, std::shared_ptr<const ArgumentAutomaton> automaton);
  explicit ArgumentTests(const Tests& tests)
      : ArgumentTests(tests, std::make_shared<const ArgumentAutomaton>(tests)) {}
  ArgumentTests(const ArgumentTests&) = delete;
  ArgumentTests& operator=(const ArgumentTests&) = delete;

  static bool canAsk(const Condition& test) { return ArgumentAutomaton::canAsk(test); }

  // Some of the tests: what the others say of an argument is left aside.
  class Some {
   public:
    explicit Some(Tests tests);

   private:
    friend class ArgumentTests;
    Tests tests_;                        // sorted
    std::vector<std::uint8_t> holdsOf_;  // by set: 0 nobody asked yet, 1 none of them, 2 some
  };

  // The number of the set of tests that may be true of one of the arguments.
  std::uint32_t hitsOf(const TextList& arguments, Some& some);

  static constexpr std::uint32_t kNoHits = 0;

  // What is in that set, sorted.
  const Tests& set(std::uint32_t hits) const { return *sets_[hits]; }

  // Whether the test is in that set, or one of which nothing can be known.
  bool mayBeTrue(const Condition& test, std::uint32_t hits) const;

 private:
  using Set = Tests;  // sorted

  std::uint32_t hitsOf(Text& text);
  std::uint32_t ask(trace::Bytes text);
  std::uint32_t numberOf(Set set);
  bool concerns(std::uint32_t hits, Some& some) const;
  std::uint32_t united(std::uint32_t a, std::uint32_t b);

  std::shared_ptr<const ArgumentAutomaton> automaton_;

  // By number; the first is empty, the second is that of all tests.
  static constexpr std::size_t kMaxSets = 65'536;     // then it is all tests,
  static constexpr std::size_t kMaxInSets = 1 << 20;  // also if they have more than that together
  std::vector<const Set*> sets_;
  std::map<Set, std::uint32_t> numbers_;
  std::size_t inSets_ = 0;
  std::unordered_map<std::uint64_t, std::uint32_t> united_;
};

}  // namespace exectrail::analyzer
