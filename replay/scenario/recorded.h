// What a scenario's `recorded:` wants of the recording itself, whatever the recipes make of it.
// Parsed by recorded_parser.h, judged by recorded_verdict.h; facts.h says what can be asked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace exectrail::replay {

struct Position {  // in scenario.yaml, counted from 1
  int line = 0;
  int column = 0;
};

// How many alerts, or records, an expectation wants.
struct Count {
  std::uint64_t atLeast = 0;
  std::optional<std::uint64_t> atMost;

  bool holds(std::uint64_t number) const {
    return number >= atLeast && (!atMost || number <= *atMost);
  }
  friend bool operator==(const Count&, const Count&) = default;
};

std::string toString(const Count& count);  // "exactly 1", "at least 2", "1 to 3", ...

enum class Comparison : std::uint8_t {
  kIs,        // the whole value
  kOneOf,     // it is one of the words
  kStarts,    // bytes of a text, entries of a list
  kEnds,      // as kStarts
  kContains,  // as kStarts, side by side
  kMatches,   // RE2, the whole text
  kLength,    // bytes of a text before escaping, entries of a list
  kSameFile,  // the very file of all other records that have `of`
};

// One thing that is asked of one fact. Texts are written as a dump shows them, without quotes.
struct Wanted {
  std::string fact;  // "args", "file.owner", "evidence.executable"
  Comparison comparison = Comparison::kIs;
  std::vector<std::string> words;  // of a text: one
  bool isList = false;             // of a list: `words` are entries of it
  std::uint64_t length = 0;        // of kLength
  std::vector<Wanted> of;          // of kSameFile
};

struct RecordedExpectation {
  std::string kind;                   // "exec", "attempt", ...: a name of facts.h
  std::vector<Wanted> select;         // a record is meant if all hold
  Count count;                        // of such records
  std::vector<Wanted> expect;         // of each of them
  std::vector<std::string> variants;  // only in recordings of these; empty: in all
  Position position;
};

// What is wanted, without the fact's name: "starts [sh, -c]".
std::string valueOf(const Wanted& wanted);
// All of them: "typed ./x, args starts [sh, -c]".
std::string toString(const std::vector<Wanted>& wanted);

}  // namespace exectrail::replay
