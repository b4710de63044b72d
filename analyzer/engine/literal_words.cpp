#include "analyzer/engine/literal_words.h"

#include <re2/filtered_re2.h>
#include <re2/re2.h>

#include <algorithm>
#include <memory>
#include <numeric>
#include <string_view>

namespace exectrail::analyzer {
namespace {

using Kind = Condition::Kind;
using Words = std::vector<std::string>;

constexpr int kLeastAtom = 2;            // bytes: what is shorter stands in nearly every argument
constexpr std::size_t kMostTried = 256;  // of more literal texts none is left out

std::size_t index(int number) { return static_cast<std::size_t>(number); }

// Nothing if there are spaces only.
std::optional<std::string> longestWord(std::string_view text) {
  std::string_view longest;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    if (word.size() > longest.size()) longest = word;
    text.remove_prefix(std::min(text.size(), word.size() + 1));
  }
  if (longest.empty()) return std::nullopt;
  return folded(longest);
}

template <typename Texts>
std::optional<Words> longestWords(const Texts& texts) {
  Words words;
  for (const std::string& text : texts) {
    auto word = longestWord(text);
    if (!word) return std::nullopt;
    words.push_back(*std::move(word));
  }
  return words;
}

// Whether it can match at the beginning of a text only: `^`, and no other way beside.
bool anchored(std::string_view pattern) {
  if (!pattern.starts_with('^')) return false;
  int depth = 0;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '\\') {
      if (pattern.substr(i, 2) == "\\Q") return false;  // what follows would be read in another way
      ++i;
    } else if (c == '[') {
      // A bracket that comes first belongs to the class.
      std::size_t end = i + 1;
      if (end < pattern.size() && pattern[end] == '^') ++end;
      if (end < pattern.size() && pattern[end] == ']') ++end;
      while (end < pattern.size() && pattern[end] != ']') end += pattern[end] == '\\' ? 2U : 1U;
      i = end;
    } else if (c == '(') {
      ++depth;
    } else if (c == ')') {
      --depth;
    } else if (c == '|' && depth == 0) {
      return false;
    }
  }
  return true;
}

// The literal texts of an expression, without which it cannot match.
struct Atoms {
  re2::FilteredRE2 filter{kLeastAtom};
  Words words;

  // Null: it can match without.
  static std::unique_ptr<const Atoms> of(const re2::RE2& regex) {
    auto atoms = std::make_unique<Atoms>();
    int number = 0;
    if (atoms->filter.Add(regex.pattern(), regex.options(), &number) != re2::RE2::NoError) {
      return nullptr;
    }
    atoms->filter.Compile(&atoms->words);
    const auto foreign = [](const std::string& word) {
      return std::ranges::any_of(word,
                                 [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
    };
    if (atoms->words.empty() || std::ranges::any_of(atoms->words, foreign)) return nullptr;
    if (atoms->canMatchWith({})) return nullptr;
    return atoms;
  }

  bool canMatchWith(const std::vector<int>& present) const {
    std::vector<int> possible;
    filter.AllPotentials(present, &possible);
    return !possible.empty();
  }
};

}  // namespace

std::optional<ByteRange> firstBytesOf(const re2::RE2& regex) {
  std::string least;
  std::string most;
  if (!anchored(regex.pattern()) || !regex.PossibleMatchRange(&least, &most, 2)) return {};
  if (least.empty() || most.empty()) return {};
  ByteRange range{static_cast<std::uint8_t>(least[0]), static_cast<std::uint8_t>(most[0])};
  // What may stand behind the byte may be anything: then the next byte alone is the limit.
  if (most.size() == 1 && range.last == range.first + 1) range.last = range.first;
  return range;
}

// RE2 finds literal texts, and says whether there can be a match where only certain ones of them
// are. So the short ones are left out as long as there is none without the others.
std::optional<Words> wordsOf(const re2::RE2& regex) {
  const auto atoms = Atoms::of(regex);
  if (!atoms) return std::nullopt;
  const Words& words = atoms->words;
  std::vector<int> order(words.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, {}, [&](int atom) { return words[index(atom)].size(); });
  Words needed;
  std::vector<int> present;
  for (const int atom : order) {
    present.push_back(atom);
    if (words.size() <= kMostTried && !atoms->canMatchWith(present)) continue;
    present.pop_back();
    needed.push_back(words[index(atom)]);
  }
  return needed;
}

std::optional<WordSets> wordSetsOf(const re2::RE2& regex) {
  const auto atoms = Atoms::of(regex);
  if (!atoms || atoms->words.size() > WordSets::kMostWords) return std::nullopt;
  WordSets sets{atoms->words};
  for (std::uint64_t set = 0; set < std::uint64_t{1} << sets.words.size(); ++set) {
    std::vector<int> present;
    for (int atom = 0; index(atom) < sets.words.size(); ++atom) {
      if (((set >> atom) & 1U) != 0) present.push_back(atom);
    }
    if (atoms->canMatchWith(present)) sets.enough |= std::uint64_t{1} << set;
  }
  return sets;
}

std::optional<Words> wordsOfCommandLine(const Condition& test) {
  switch (test.kind) {
    case Kind::kEqual:
    case Kind::kContains:
    case Kind::kStartsWith:
    case Kind::kEndsWith:
      return longestWords(test.texts);
    case Kind::kMatches: {
      const auto atoms = wordsOf(*test.regex);
      return atoms ? longestWords(*atoms) : std::nullopt;
    }
    case Kind::kTextIn:
      return test.set->globs().empty() ? longestWords(test.set->exact()) : std::nullopt;
    default:
      return std::nullopt;
  }
}

}  // namespace exectrail::analyzer
