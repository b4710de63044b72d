// What some tests look for in an argument, as one automaton: exact texts by look-up, all words and
// all patterns at once, and most arguments not even that, because nothing that is looked for begins
// or looks like them. A test of the command line is one of a word in an argument. Never changed
// once it is made: all engines of a program share it, whatever their threads.
#pragma once

#include <bitset>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "analyzer/compiler/condition.h"
#include "analyzer/engine/word_automaton.h"
#include "trace/evidence.h"

namespace exectrail::analyzer {

using Tests = std::vector<const Condition*>;

class ArgumentAutomaton {
 public:
  // Of those that canAsk() is true of.
  explicit ArgumentAutomaton(const Tests& tests);
  ~ArgumentAutomaton();
  ArgumentAutomaton(const ArgumentAutomaton&) = delete;
  ArgumentAutomaton& operator=(const ArgumentAutomaton&) = delete;

  // Whether it is a test of one text, or of a list's elements one by one, that this can answer.
  static bool canAsk(const Condition& test);

  // Of some of these it turns out that nothing can be known: they may always be true.
  bool answers(const Condition& test) const;

  // Whether any of the tests may be true of the text at all, as far as a glance tells.
  bool worthAsking(trace::Bytes text) const;

  // Those that may be true of it, in no order, some of them twice. Nothing: any of them.
  std::optional<Tests> ask(trace::Bytes text) const;

 private:
  struct Patterns;
  using ByText = std::unordered_map<std::string, Tests>;
  using Bigrams = std::bitset<65'536>;  // of bytes, large letters made small

  void add(const Condition& test);
  void addExact(const Condition& test, const std::string& text);
  void addPattern(const Condition& test, const std::string& pattern);
  void addCommandLine(const Condition& test);

  // Where in an argument a word must stand.
  enum class Where : std::uint8_t { kAnywhere, kAtBeginning, kAtEnd };
  void addWord(const Condition& test, const std::string& text, Where where, bool nocase);
  void findWords(trace::Bytes text, Tests& found) const;
  void expectBeginning(trace::Bytes text);
  void expectSomewhere(trace::Bytes text);

  ByText exact_;
  ByText exactSmall_;  // of tests that ignore case
  std::unique_ptr<Patterns> patterns_;
  struct Word {
    const Condition* test = nullptr;
    std::string text;
    Where where = Where::kAnywhere;
    bool nocase = false;
  };
  std::vector<Word> words_;
  WordAutomaton wordAutomaton_;
  Tests unanswered_;                     // sorted
  std::unique_ptr<Bigrams> beginnings_;  // with which something that is looked for begins
  std::unique_ptr<Bigrams> parts_;       // of which it has one
  bool anyPart_ = false;                 // parts_ is not empty
  bool anything_ = false;                // of something that is looked for nothing is known
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
