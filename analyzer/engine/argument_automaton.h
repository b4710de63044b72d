// What some tests look for in an argument, as one automaton: all words at once, and patterns by the
// words that everything has which they match. A test of the command line is one of a word in an
// argument. Never changed once it is made: all engines of a program share it, whatever their
// threads.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "analyzer/compiler/condition.h"
#include "analyzer/engine/literal_words.h"
#include "analyzer/engine/word_automaton.h"
#include "trace/evidence.h"

namespace exectrail::analyzer {

using Tests = std::vector<const Condition*>;

class ArgumentAutomaton {
 public:
  // Of those that canAsk() is true of.
  explicit ArgumentAutomaton(const Tests& tests);

  // Whether it is a test of one text, or of a list's elements one by one, that this can answer.
  static bool canAsk(const Condition& test);

  // Of some of these it turns out that nothing can be known: they may always be true.
  bool answers(const Condition& test) const;

  // Those that may be true of it, in no order, some of them twice.
  Tests ask(trace::Bytes text) const;

 private:
  using Where = WordAutomaton::Where;

  struct Word {
    const Condition* test = nullptr;
    std::string exactly;    // how it must be written; empty: its letters may be of either case
    bool pattern = false;   // the pattern itself is to be asked then
    std::uint64_t bit = 0;  // of WordSets
  };
  // What a text must be like to be asked about with an expression.
  struct Expression {
    std::optional<ByteRange> begins;
    std::optional<std::uint64_t> enough;  // of WordSets
  };

  void add(const Condition& test);
  void addWords(const Condition& test, const std::vector<std::string>& words, Where where);
  void addExpression(const Condition& test);
  void addPatterns(const Condition& test);
  void addAtoms(const Condition& test, const std::optional<std::vector<std::string>>& atoms,
                bool pattern);
  bool matches(const Condition& test, std::uint64_t words, trace::Bytes text) const;

  std::vector<Word> words_;
  std::map<const Condition*, Expression> expressions_;
  WordAutomaton automaton_;
  Tests unanswered_;  // sorted
};

// Those that the engines of one program have needed so far: what takes long is done once, however
// many traces are analysed. For any number of threads.
class ArgumentAutomata {
 public:
  // The tests must outlive this.
  std::shared_ptr<const ArgumentAutomaton> of(const Tests& tests);

 private:
  static constexpr std::size_t kMost = 1024;  // others are made for who asks, and not kept

  std::mutex mutex_;
  std::map<Tests, std::shared_ptr<const ArgumentAutomaton>> made_;
};

}  // namespace exectrail::analyzer
