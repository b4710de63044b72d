// Many words looked for in one text at once, whatever the case of their ASCII letters, in time that
// grows with the text and not with the words: the automaton of Aho and Corasick. Never changed once
// it is finished.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "trace/evidence.h"

namespace exectrail::analyzer {

class WordAutomaton {
 public:
  // `word` is not empty; `number` is what find() calls it.
  void add(std::string_view word, std::uint32_t number);
  void finish();

  // Calls found(number, end) for each place where a word ends, `end` bytes into the text.
  template <typename Found>
  void find(trace::Bytes text, Found found) const {
    std::uint32_t at = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
      at = next(at, small(text[i]));
      for (std::uint32_t node = at; node != 0; node = nodes_[node].shorter) {
        for (const std::uint32_t number : nodes_[node].numbers) found(number, i + 1);
      }
    }
  }

  static std::uint8_t small(char c) {
    return static_cast<std::uint8_t>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  }

 private:
  struct Node {
    std::vector<std::pair<std::uint8_t, std::uint32_t>> next;  // few
    std::vector<std::uint32_t> numbers;                        // of words that end here
    std::uint32_t fallback = 0;  // the longest end of what led here that leads somewhere, too
    std::uint32_t shorter = 0;   // the first of these where a word ends; 0: none
  };

  std::uint32_t child(std::uint32_t node, std::uint8_t byte) const;
  std::uint32_t next(std::uint32_t node, std::uint8_t byte) const;

  std::vector<Node> nodes_ = std::vector<Node>(1);
  std::array<std::uint32_t, 256> first_{};  // the children of the first node
};

}  // namespace exectrail::analyzer
