#include "analyzer/compiler/classifier.h"

#include <algorithm>
#include <tuple>

#include "analyzer/paths/path.h"

namespace exectrail::analyzer {

std::size_t Classifier::addClass(DirectoryClass directoryClass) {
  classes_.push_back(std::move(directoryClass));
  return classes_.size() - 1;
}

void Classifier::addDirectory(std::size_t classIndex, std::string directory) {
  Candidate candidate;
  candidate.classIndex = classIndex;
  candidate.fixedComponents = componentCount(directory);
  candidate.literalCharacters = directory.size();
  candidate.text = std::move(directory);
  insert(std::move(candidate));
}

void Classifier::addPattern(std::size_t classIndex, Glob glob) {
  Candidate candidate;
  candidate.classIndex = classIndex;
  candidate.fixedComponents = glob.fixedComponents();
  candidate.literalCharacters = glob.literalCharacters();
  candidate.text = glob.pattern();
  candidate.glob = std::move(glob);
  insert(std::move(candidate));
}

void Classifier::insert(Candidate candidate) {
  const auto rank = [this](const Candidate& c) {
    return std::tuple(c.fixedComponents, c.glob.has_value(), c.literalCharacters,
                      classes_[c.classIndex].severity);
  };
  // After all that rank at least as high: what was written first stays first.
  const auto place = std::ranges::find_if(
      candidates_, [&](const Candidate& other) { return rank(other) < rank(candidate); });
  candidates_.insert(place, std::move(candidate));
}

std::optional<Classifier::Match> Classifier::classify(std::string_view path) const {
  for (const Candidate& candidate : candidates_) {
    const bool matches =
        candidate.glob ? candidate.glob->matches(path) : isUnder(path, candidate.text);
    if (!matches) continue;
    const DirectoryClass& directoryClass = classes_[candidate.classIndex];
    const auto takesOut = [path](const Glob& glob) { return glob.matches(path); };
    if (std::ranges::any_of(directoryClass.except, takesOut)) return std::nullopt;
    return Match{&directoryClass, candidate.text};
  }
  return std::nullopt;
}

std::vector<std::string> Classifier::entries() const {
  std::vector<std::string> texts;
  for (const Candidate& each : candidates_) {
    texts.push_back(classes_[each.classIndex].name + ": " + each.text);
  }
  return texts;
}

Classifier Classifier::withoutEntry(std::size_t index) const {
  Classifier other = *this;
  other.candidates_.erase(other.candidates_.begin() + static_cast<std::ptrdiff_t>(index));
  return other;
}

Classifier Classifier::withSeverity(std::size_t classIndex, Severity severity) const {
  Classifier other = *this;
  other.classes_.at(classIndex).severity = severity;
  return other;
}

}  // namespace exectrail::analyzer
