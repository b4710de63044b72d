// Which class of directories a path belongs to: the most specific entry that matches it decides.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/engine/severity.h"
#include "analyzer/paths/glob.h"

namespace exectrail::analyzer {

struct DirectoryClass {
  std::string name;
  Severity severity = Severity::kInfo;
  std::vector<Glob> except;
};

// Every directory and every pattern of every class that matches is a candidate. The most specific
// one decides; in this order:
//   1. more whole components before the first wildcard (/run/lock beats /run and /run/*.pid)
//   2. a pattern beats a directory (/tmp/**/.* beats /tmp)
//   3. more characters that are not wildcards
//   4. the more severe class
//   5. the one written first
// If the class that decides has the path among its `except`, the path has no class: it lies where
// it belongs, and nothing less specific is asked.
class Classifier {
 public:
  std::size_t addClass(DirectoryClass directoryClass);  // its index
  void addDirectory(std::size_t classIndex, std::string directory);
  void addPattern(std::size_t classIndex, Glob glob);

  struct Match {
    const DirectoryClass* directoryClass;
    std::string_view pattern;  // the directory or pattern that decided
  };
  // Of a normalised path.
  std::optional<Match> classify(std::string_view path) const;

  const std::vector<DirectoryClass>& classes() const { return classes_; }

  // Every directory and pattern, with its class: "temp: /tmp".
  std::vector<std::string> entries() const;

  // The same without the entry of that index in entries(), or with another severity of a class: for
  // testing whether anybody would notice.
  Classifier withoutEntry(std::size_t index) const;
  Classifier withSeverity(std::size_t classIndex, Severity severity) const;

 private:
  struct Candidate {
    std::size_t classIndex = 0;
    std::string text;
    std::optional<Glob> glob;  // nothing: a directory
    std::size_t fixedComponents = 0;
    std::size_t literalCharacters = 0;
  };
  void insert(Candidate candidate);

  std::vector<DirectoryClass> classes_;
  std::vector<Candidate> candidates_;  // most specific first
};

}  // namespace exectrail::analyzer
