#include "analyzer/engine/judged.h"

#include "analyzer/engine/facts.h"
#include "analyzer/engine/script_argument.h"

namespace exectrail::analyzer {

const ImageFacts Judged::kNothing;

Judged::Judged(Node image, std::uint64_t timeNs, const World& world)
    : timeNs_(timeNs),
      world_(&world),
      attempt_(false),
      node_(std::move(image)),
      facts_(knownFacts(*node_)),
      typedPath_(&facts().typedPath),
      arguments_(&facts().arguments),
      workingDirectory_(&facts().workingDirectory),
      parent_(parentOf(node_)) {
  decidePlaces();
}

Judged::Judged(Node image, const trace::Mapping& mapping, std::uint64_t timeNs, const World& world)
    : Judged(std::move(image), timeNs, world) {
  isMapping_ = true;
  mapping_ = mapping.role;
  script_ = false;
  fileResolved_ = true;
  filePathEvidence_ = mapping.path.evidence;
  filePlace_ = mapping.path.known() ? placeOfResolved(mapping.path.value, false) : Place{};
}

Judged::Judged(Node caller, const trace::Attempt& attempt, std::uint64_t timeNs, const World& world)
    : timeNs_(timeNs),
      world_(&world),
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
    filePlace_ = facts().place;
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
  if (attempt_) return false;
  if (facts().interpreter.known()) return !facts().interpreter.value.empty();
  if (!facts().executable.known() || !typedPath_->known() || !arguments_->known()) {
    return false;
  }
  const std::vector<std::string>& arguments = arguments_->value;
  return (arguments.size() > 1 && arguments[1] == typedPath_->value) ||
         (arguments.size() > 2 && arguments[2] == typedPath_->value);
}

const Judged::Script& Judged::scriptArgument() const {
  if (scriptArgument_) return *scriptArgument_;
  Script& script = scriptArgument_.emplace();
  if (script_) {
    script.place = filePlace_;
    script.evidence = filePathEvidence_;
    return script;
  }
  // The caller of an attempt is not what would have run.
  if (attempt_) return script;
  const bool known = facts().place.kind == PlaceKind::kPath && arguments_->known();
  if (!known) return script;
  const ScriptArgument found =
      analyzer::scriptArgument(facts().name, arguments_->value, arguments_->evidence.truncated());
  script.absent = found.source == ScriptSource::kNone;
  if (found.source != ScriptSource::kArgument) return script;
  std::optional<std::string_view> cwd;
  if (workingDirectory_->known()) cwd = workingDirectory_->value;
  script.place = placeOfTyped(found.path, cwd);
  script.evidence = arguments_->evidence;
  if (!found.path.starts_with('/')) {
    script.evidence.evidenceClass = trace::EvidenceClass::kInferred;
  }
  return script;
}

std::string_view Judged::commandLine(const std::vector<std::string>& arguments) const {
  for (const auto& [of, line] : commandLines_) {
    if (of == &arguments) return line;
  }
  std::string& line = commandLines_.emplace_front(&arguments, std::string()).second;
  for (const std::string& argument : arguments) {
    if (&argument != &arguments.front()) line += ' ';
    line += argument;
  }
  return line;
}

const MountFacts* Judged::mount() const {
  if (mount_) return *mount_;
  mount_ = nullptr;
  const auto& namespaces = facts().context->namespaces;
  if (world_->mounts != nullptr && namespaces.known() && filePlace_.kind == PlaceKind::kPath) {
    mount_ = world_->mounts->find(namespaces.value.mount, filePlace_.path);
  }
  return *mount_;
}

const Lineage& Judged::lineage() const {
  if (!lineage_) {
    lineage_ = lineageOf(*node_);
    if (attempt_) lineage_->above.insert(lineage_->above.begin(), node_.get());
  }
  return *lineage_;
}

}  // namespace exectrail::analyzer
