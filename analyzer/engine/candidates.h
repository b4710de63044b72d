// Which recipes an execution or attempt can concern at all. Found out once for each distinct
// combination of paths, context and parent's program (known_part.h), and remembered; of these, the
// recipes that look for something in the arguments are asked only if it may be there
// (argument_tests.h). The others are not asked. Bounded; what is forgotten is found out again.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "analyzer/compiler/program.h"
#include "analyzer/engine/argument_tests.h"
#include "analyzer/engine/judged.h"
#include "analyzer/engine/known_part.h"
#include "analyzer/engine/needed_names.h"

namespace exectrail::analyzer {

class Candidates {
 public:
  static constexpr std::size_t kMaxKeys = 65'536;

  using Numbers = std::vector<std::uint32_t>;

  // `texts` keeps the texts that are judged, and no others.
  Candidates(Texts& texts, ArgumentAutomata& automata) : texts_(texts), automata_(automata) {}

  // One number after the other, from 0: all recipes first, then all steps of sequences, which are
  // concerned by what one of them may be true of.
  void add(const Recipe& recipe);
  void add(const SequenceRule& steps);
  void prepare();

  // Numbers, ascending; valid until the next call.
  struct Concerned {
    const Numbers* toAsk;
    const Numbers* inconclusive;  // that would say so; without memory of what came before
  };
  Concerned of(const Judged& judged);

 private:
  struct Subject {
    const Recipe* recipe = nullptr;
    const SequenceRule* steps = nullptr;
  };
  struct Key {
    std::uint64_t executable = 0;
    std::uint64_t typedPath = 0;
    std::uint64_t workingDirectory = 0;
    std::uint64_t flags = 0;
    std::uint32_t context = 0;
    std::uint32_t parent = 0;
    std::uint32_t directory = 0;
    std::uint32_t taskName = 0;
    friend bool operator==(const Key&, const Key&) = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const;
  };
  struct Found {
    const Numbers* always = nullptr;
    const Numbers* inconclusive = nullptr;
    const Numbers* ifHit = nullptr;        // if an argument may be what they look for
    ArgumentTests::Some* tests = nullptr;  // of these
    std::unordered_map<std::uint32_t, const Numbers*> byHits;
  };

  // Where all of a key comes from, by numbers that are never given twice: what comes from the same
  // has the same key. A table in which the newer replaces the older.
  struct Origin {
    static constexpr std::size_t kKnown = 256;
    std::array<std::uint64_t, 8> numbers{};
    Found* found = nullptr;
  };

  // Tests of one text that most executions share with others.
  struct TextTests {
    static constexpr std::size_t kKnown = 512;
    struct Known {
      std::uint64_t textAndState = 0;
      std::uint32_t answers = 0;
    };

    explicit TextTests(char kind) : tag(kind), known(kKnown) {}

    char tag;
    Tests tests;
    std::vector<Known> known;  // the newer replaces the older
  };

  void addTests(const Condition& condition);
  void collectArgumentTests(std::uint32_t number, Tests& tests) const;
  void addName(const std::optional<std::set<std::string>>& names, std::uint32_t number);
  bool keyOf(const Judged& judged, Key& key);
  Origin& originOf(const Judged& judged);
  Found* find(const Judged& judged);
  std::uint32_t answersOf(const Tests& tests, char tag, const Judged& judged, std::uint32_t& kept);
  std::uint32_t answersOf(TextTests& tests, const Judged& judged, const trace::Evidence& evidence,
                          const Text* text);
  Found findOut(const Judged& judged);
  bool excluded(std::uint32_t number, const Judged& judged) const;
  KnownAnswer knownPartOf(std::uint32_t number, const Judged& judged,
                          const ArgumentHits& arguments) const;
  ArgumentTests::Some* testsOf(const Numbers& ifHit);
  const Numbers* withHits(Found& found, const Judged& judged);
  Numbers hitBy(std::uint32_t hits) const;
  const Numbers& joined(const Numbers& a, const Numbers& b);
  const Numbers* keep(Numbers numbers) { return &*lists_.insert(std::move(numbers)).first; }

  Texts& texts_;
  ArgumentAutomata& automata_;
  std::vector<Subject> subjects_;
  Numbers executions_;  // of those that judge executions or attempts
  Numbers mappings_;    // of those that judge mappings
  Numbers none_;
  std::set<std::uint16_t> attempts_;  // error numbers of those that any recipe judges
  std::unordered_map<std::string, Numbers> byName_;  // that need this name, see needed_names.h
  Numbers ofAnyName_;
  Tests contextTests_;
  Tests parentTests_;
  TextTests directoryTests_{'d'};
  TextTests taskNameTests_{'t'};
  std::map<std::string, std::uint32_t> answers_;  // numbered, from 1
  std::uint32_t answersOfTop_ = 0;                // nothing stands above
  std::uint32_t answersOfUnknown_ = 0;            // the parent is not known
  std::unordered_map<Key, Found, KeyHash> found_;
  std::vector<Origin> origins_ = std::vector<Origin>(Origin::kKnown);
  std::set<Numbers> lists_;  // what found_ points to
  std::unique_ptr<ArgumentTests> arguments_;
  std::unordered_map<const Condition*, std::uint32_t> owners_;  // of the tests of arguments
  std::map<const Numbers*, ArgumentTests::Some> argumentTests_;
  Numbers result_;
};

}  // namespace exectrail::analyzer
