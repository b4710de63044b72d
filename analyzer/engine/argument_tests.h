// What some recipes together look for in arguments, asked of each distinct argument once: exact
// texts by look-up, all patterns in one automaton, and most arguments not even that, because
// nothing that is looked for begins or looks like them. What is not found is surely not there; what
// is found may be.
#pragma once

#include <bitset>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "analyzer/compiler/condition.h"
#include "analyzer/engine/text_list.h"

namespace exectrail::analyzer {

using Tests = std::vector<const Condition*>;

class ArgumentTests {
 public:
  // Of those that canAsk() is true of.
  explicit ArgumentTests(const Tests& tests);
  ~ArgumentTests();
  ArgumentTests(const ArgumentTests&) = delete;
  ArgumentTests& operator=(const ArgumentTests&) = delete;

  // Whether it is a test of one text, or of a list's elements one by one, that this can answer.
  static bool canAsk(const Condition& test);

  // The number of the set of tests that may be true of one of the arguments.
  std::uint32_t hitsOf(const TextList& arguments);

  static constexpr std::uint32_t kNoHits = 0;

  // Whether the test is in that set.
  bool mayBeTrue(const Condition& test, std::uint32_t hits) const;

 private:
  using Set = std::vector<const Condition*>;  // sorted
  struct Patterns;
  using ByText = std::unordered_map<std::string, Set>;
  using Bigrams = std::bitset<65'536>;  // of bytes, large letters made small

  void add(const Condition& test);
  void addExact(const Condition& test, const std::string& text);
  void addPattern(const Condition& test, const std::string& pattern);
  void expectBeginning(trace::Bytes text);
  void expectSomewhere(trace::Bytes text);
  bool worthAsking(trace::Bytes text) const;
  std::uint32_t hitsOf(trace::Bytes text, const Text* kept);
  Set ask(trace::Bytes text) const;
  std::uint32_t numberOf(Set set);
  std::uint32_t united(std::uint32_t a, std::uint32_t b);

  ByText exact_;
  ByText exactSmall_;  // of tests that ignore case
  std::unique_ptr<Patterns> patterns_;
  std::unique_ptr<Bigrams> beginnings_;  // with which something that is looked for begins
  std::unique_ptr<Bigrams> parts_;       // of which it has one
  bool anyPart_ = false;                 // parts_ is not empty
  bool anything_ = false;                // of something that is looked for nothing is known

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
  static constexpr std::size_t kKnown = 8192;
  std::vector<Known> known_ = std::vector<Known>(kKnown);
};

}  // namespace exectrail::analyzer
