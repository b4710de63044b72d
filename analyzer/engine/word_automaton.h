// Many words looked for in one text at once, whatever the case of their ASCII letters, in time that
// grows with the text and not with the words: the automaton of Aho and Corasick. Beginning and end
// of the text are symbols, too, so that words may be bound to them. Never changed once finished.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "trace/evidence.h"

namespace exectrail::analyzer {

class WordAutomaton {
 public:
  // Where in a text a word must stand.
  enum class Where : std::uint8_t { kAnywhere, kAtBeginning, kAtEnd, kWhole };

  WordAutomaton();

  // `word` is not empty, unless it is the whole text; `number` is what find() calls it.
  void add(std::string_view word, Where where, std::uint32_t number);
  void finish();

  // Calls found(number, end) for each place where a word ends, `end` bytes into the text.
  template <typename Found>
  void find(trace::Bytes text, Found found) const {
    const State* ways = ways_.data();
    const auto quick = static_cast<State>(ways_.size());
    State at = start_;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const Symbol symbol = symbols_[static_cast<std::uint8_t>(text[i])];
      at = at < quick ? ways[at + symbol] : slowNext(at, symbol);
      if ((at & kFound) != 0) tell(at &= ~kFound, i + 1, found);
    }
    at = next(at, kEnd);
    if ((at & kFound) != 0) tell(at & ~kFound, text.size(), found);
  }

 private:
  using Symbol = std::uint16_t;
  static constexpr Symbol kOther = 0;  // a byte that is in no word
  static constexpr Symbol kBegin = 1;
  static constexpr Symbol kEnd = 2;

  // Where a text has led to: of a node whose ways on are kept, where these begin; of another, its
  // number behind all of them.
  using State = std::uint32_t;
  static constexpr State kFound = 1U << 31;  // a word ends there

  // Of what stands nearest to the first node, and is walked through most, all ways on are kept.
  static constexpr std::size_t kMostWays = 1U << 20;

  struct Node {
    Symbol symbol = kOther;      // that leads here
    std::uint32_t child = 0;     // the first one; 0: none
    std::uint32_t sibling = 0;   // the next child of the same node
    std::uint32_t fallback = 0;  // the longest end of what led here that leads somewhere, too
    std::uint32_t shorter = 0;   // the first of these where a word ends; 0: none
    std::uint32_t words = 0;     // that end here, where they begin in ends_; 0: none
  };
  struct WordEnd {
    std::uint32_t number = 0;
    std::uint32_t next = 0;
  };

  std::uint32_t childOf(std::uint32_t node, Symbol symbol) const;
  std::uint32_t childMade(std::uint32_t node, Symbol symbol);
  State slowNext(State state, Symbol symbol) const;
  void sortNodes();
  std::uint32_t nodeOf(State state) const {
    const auto ways = static_cast<State>(ways_.size());
    return static_cast<std::uint32_t>(state < ways ? state / symbolCount_ : state - ways + quick_);
  }
  State stateOf(std::uint32_t node) const {
    return static_cast<State>(node < quick_ ? node * symbolCount_ : node - quick_ + ways_.size());
  }
  State withFound(std::uint32_t node) const {
    const bool found = nodes_[node].words != 0 || nodes_[node].shorter != 0;
    return stateOf(node) | (found ? kFound : 0);
  }

  State next(State state, Symbol symbol) const {
    return state < ways_.size() ? ways_[state + symbol] : slowNext(state, symbol);
  }

  template <typename Found>
  void tell(State state, std::size_t end, Found& found) const {
    for (std::uint32_t node = nodeOf(state); node != 0; node = nodes_[node].shorter) {
      for (std::uint32_t at = nodes_[node].words; at != 0; at = ends_[at].next) {
        found(ends_[at].number, end);
      }
    }
  }

  std::array<Symbol, 256> symbols_{};  // by byte
  std::size_t symbolCount_ = kEnd + 1;
  std::vector<Node> nodes_;  // once finished, nearest to the first node first
  std::vector<WordEnd> ends_;
  std::vector<State> ways_;  // of the first `quick_` nodes, by symbol
  std::size_t quick_ = 0;
  State start_ = 0;
};

}  // namespace exectrail::analyzer
