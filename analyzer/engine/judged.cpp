#include "analyzer/engine/judged.h"

#include "analyzer/engine/facts.h"

namespace exectrail::analyzer {

const ImageFacts Judged::kNothing;

Judged::Judged(Node image, std::uint64_t timeNs)
    : timeNs_(timeNs),
      attempt_(false),
      node_(std::move(image)),
      facts_(knownFacts(*node_)),
      typedPath_(&facts().typedPath),
      arguments_(&facts().arguments),
      workingDirectory_(&facts().workingDirectory),
      parent_(parentOf(node_)) {
  decidePlaces();
}

Judged::Judged(Node caller, const trace::Attempt& attempt, std::uint64_t timeNs)
    : timeNs_(timeNs),
      attempt_(true),
      node_(std::move(caller)),
      facts_(knownFacts(*node_)),
      errorNumber_(attempt.errorNumber),
      attemptNumber_(attempt.number),
      typedPath_(&attemptFacts_.typedPath),
      arguments_(&attemptFacts_.arguments),
      workingDirectory_(&attemptFacts_.workingDirectory),
      parent_(parentOf(node_)) {
  attemptFacts_.typedPath = copyField(attempt.typedPath);
  attemptFacts_.arguments = copyField(attempt.arguments);
  attemptFacts_.workingDirectory = copyField(attempt.workingDirectory);
  decidePlaces();
}

void Judged::decidePlaces() {
  if (typedPath_->known()) {
    std::optional<std::string_view> cwd;
    if (workingDirectory_->known()) cwd = workingDirectory_->value;
    typedPlace_ = placeOfTyped(typedPath_->value, cwd);
  }
  script_ = looksLikeScript();
  if (!attempt_ && !script_ && facts().executable.known()) {
    filePlace_ = executablePlace(facts());
    filePathEvidence_ = facts().executable.evidence;
    fileResolved_ = true;
    return;
  }
  if (typedPlace_.kind != PlaceKind::kPath) return;
  filePlace_ = typedPlace_;
  filePathEvidence_ = typedPath_->evidence;
  const bool asPassed = (attempt_ || script_) && typedPath_->value.starts_with('/');
  if (!asPassed) filePathEvidence_.evidenceClass = trace::EvidenceClass::kInferred;
}

bool Judged::looksLikeScript() const {
  if (attempt_ || !facts().executable.known() || !typedPath_->known() || !arguments_->known()) {
    return false;
  }
  const std::vector<std::string>& arguments = arguments_->value;
  return (arguments.size() > 1 && arguments[1] == typedPath_->value) ||
         (arguments.size() > 2 && arguments[2] == typedPath_->value);
}

const Lineage& Judged::lineage() const {
  if (!lineage_) {
    lineage_ = lineageOf(*node_);
    if (attempt_) lineage_->above.insert(lineage_->above.begin(), node_.get());
  }
  return *lineage_;
}

}  // namespace exectrail::analyzer
