// Everything that is wrong with a set of recipe files, collected so that an author sees all of it
// at once. One formatter makes every message. Codes are stable: they are documented and searched
// for, so a number is never given to another meaning.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace exectrail::analyzer {

enum class DiagnosticCode : std::uint16_t {
  kNotYaml = 1,          // the file is not well-formed YAML
  kNotAllowedYaml = 2,   // anchors, aliases, tags, duplicate keys, too large, too deep
  kUnknownDocument = 3,  // a document that is neither a recipe nor lists
  kUnknownKey = 10,
  kMissingKey = 11,
  kWrongShape = 12,  // a list where text belongs, and so on
  kBadValue = 13,    // text that is none of the words allowed here
  kDuplicateName = 14,
  kBadPath = 15,  // a path or pattern that could never match, or is not well formed
  kBadToken = 20,
  kSyntax = 21,
  kUnknownField = 22,
  kWrongType = 23,
  kUnknownList = 24,
  kUnknownClass = 25,
  kBadRegex = 26,
  kNotHere = 27,  // well formed, but without a meaning in this place
  kTooComplex = 28,
  kUnknownMacro = 29,
  kNotGenuine = 30,   // an exemption that anybody could claim by naming a directory
  kCycle = 31,        // a macro that stands for itself
  kNoSuchThing = 32,  // an override of what is not there
  kConflict = 33,     // keys that do not go together
};

// A place in a file. Line and column count from 1, columns in bytes.
struct SourcePosition {
  std::string file;
  std::uint32_t line = 1;
  std::uint32_t column = 1;
};

struct Diagnostic {
  DiagnosticCode code;
  SourcePosition position;
  std::string message;
  std::string help;  // what to do; empty if there is nothing to add
};

class Diagnostics {
 public:
  // Source text from which messages quote a line. Call before the first error in it.
  void addSource(std::string file, std::string_view text);

  void error(DiagnosticCode code, SourcePosition position, std::string message,
             std::string help = {});

  bool empty() const { return errors_.empty(); }
  const std::vector<Diagnostic>& errors() const { return errors_; }

  // All of them, in order of file and position:
  //   FILE:LINE:COLUMN: error[R012]: MESSAGE
  //       source line
  //           ^
  //   help: HELP
  // `family` is the letter of the codes: R for recipes, S for scenarios.
  std::string format(char family = 'R') const;

 private:
  std::string quote(const SourcePosition& position) const;

  std::map<std::string, std::vector<std::string>> lines_;
  std::vector<Diagnostic> errors_;
  std::unordered_set<std::string> told_;  // place, code and message of each
};

// ", did you mean 'NAME'?" for the closest of `known`, or nothing if none is close.
std::string didYouMean(std::string_view word, const std::vector<std::string>& known);

}  // namespace exectrail::analyzer
