// Words of which a text must hold one, in whatever case, for a pattern or a test to be true of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analyzer/compiler/condition.h"

namespace re2 {
class RE2;
}

namespace exectrail::analyzer {

// Small letters; of these, a text holds one if the expression matches. Nothing: it can match
// without.
std::optional<std::vector<std::string>> wordsOf(const re2::RE2& regex);

// The same with more words, but few; and which of them a text must hold at least: all those of one
// of these combinations.
struct WordSets {
  static constexpr std::size_t kMostWords = 6;
  std::vector<std::string> words;
  std::uint64_t enough = 0;  // bit n: to hold the words whose bits are in n
};
std::optional<WordSets> wordSetsOf(const re2::RE2& regex);

// With one of these bytes, first to last, everything begins that it matches; nothing: with any.
struct ByteRange {
  std::uint8_t first = 0;
  std::uint8_t last = 0;
  bool holds(char byte) const {
    return static_cast<std::uint8_t>(byte) >= first && static_cast<std::uint8_t>(byte) <= last;
  }
};
std::optional<ByteRange> firstBytesOf(const re2::RE2& regex);

// As wordsOf(), of one of the arguments that a command line is made of: words without a space,
// which no border between arguments can run through.
std::optional<std::vector<std::string>> wordsOfCommandLine(const Condition& test);

}  // namespace exectrail::analyzer
