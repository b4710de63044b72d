#include "analyzer/engine/judged.h"

#include "analyzer/engine/facts.h"
#include "analyzer/engine/script_argument.h"

namespace exectrail::analyzer {

const Place Judged::kNowhere;

Judged::Judged(Node image, std::uint64_t timeNs, const World& world)
    : timeNs_(timeNs),
      world_(&world),
      node_(std::move(image)),
      facts_(knownFacts(*node_)),
      parent_(parentOf(node_)) {
  if (facts_ == nullptr) return;
  typedPath_ = facts_->typedPath();
  arguments_ = facts_->arguments();
  workingDirectory_ = facts_->workingDirectory();
  script_ = looksLikeScript();
}

Judged::Judged(Node image, const trace::Mapping& mapping, std::uint64_t timeNs, const World& world)
    : Judged(std::move(image), timeNs, world) {
  mapping_ = &mapping;
  script_ = false;
}

Judged::Judged(Node caller, const trace::Attempt& attempt, std::uint64_t timeNs, const World& world)
    : timeNs_(timeNs),
      world_(&world),
      attempt_(&attempt),
      node_(std::move(caller)),
      facts_(knownFacts(*node_)),
      typedPath_(attempt.typedPath),
      arguments_(TextList(attempt.arguments.value), attempt.arguments.evidence),
      workingDirectory_(attempt.workingDirectory),
      parent_(parentOf(node_)) {}

const Place& Judged::typedPlace() const {
  if (typedPlace_) return *typedPlace_;
  typedPlace_.emplace();
  if (!typedPath_.known()) return *typedPlace_;
  std::optional<std::string_view> cwd;
  if (workingDirectory_.known()) cwd = workingDirectory_.value;
  typedPlace_ = placeOfTyped(typedPath_.value, cwd);
  return *typedPlace_;
}

const Judged::Decision& Judged::decision() const {
  if (!decision_) decision_ = decide();
  return *decision_;
}

Judged::Decision Judged::decide() const {
  Decision decision;
  if (mapping_ != nullptr) {
    decision.resolved = true;
    decision.evidence = mapping_->path.evidence;
    if (mapping_->path.known()) mappedPlace_ = placeOfResolved(mapping_->path.value, false);
    decision.place = &mappedPlace_;
    return decision;
  }
  if (attempt_ == nullptr && !script_ && facts_ != nullptr && facts_->executable().known()) {
    const trace::Evidence& evidence = facts_->executable().evidence;
    const bool resolved = evidence.evidenceClass != trace::EvidenceClass::kInferred;
    return {&facts_->place(), facts_->file().placeAs.get(), evidence, resolved};
  }
  if (typedPlace().kind != PlaceKind::kPath) return decision;
  decision.place = &typedPlace();
  decision.evidence = typedPath_.evidence;
  const bool asPassed = (attempt_ != nullptr || script_) && typedPath_.value.starts_with('/');
  if (!asPassed) decision.evidence.evidenceClass = trace::EvidenceClass::kInferred;
  return decision;
}

bool Judged::looksLikeScript() const {
  const trace::Field<trace::Bytes> interpreter = facts_->interpreter();
  if (interpreter.known()) return !interpreter.value.empty();
  if (!facts_->executable().known() || !typedPath_.known() || !arguments_.known()) return false;
  const TextList& arguments = arguments_.value;
  return (arguments.size() > 1 && arguments[1] == typedPath_.value) ||
         (arguments.size() > 2 && arguments[2] == typedPath_.value);
}

const Judged::Script& Judged::scriptArgument() const {
  if (scriptArgument_) return *scriptArgument_;
  Script& script = scriptArgument_.emplace();
  if (script_) {
    script.place = filePlace();
    script.evidence = filePathEvidence();
    addNamedBesideScript(script);
    return script;
  }
  // The caller of an attempt is not what would have run.
  if (attempt_ != nullptr || facts_ == nullptr) return script;
  if (facts_->place().kind != PlaceKind::kPath) return script;
  // Whatever the arguments of any other program are.
  script.absent = facts_->nameText() != nullptr && facts_->file().interpreter == nullptr;
  if (script.absent || !arguments_.known()) return script;
  const ScriptArgument found = given(arguments_.evidence.truncated());
  script.absent = found.source == ScriptSource::kNone;
  for (const std::string& path : found.paths) script.others.push_back(givenFile(path));
  if (found.source != ScriptSource::kArgument) return script;
  script.place = std::move(script.others.front().place);
  script.evidence = script.others.front().evidence;
  script.others.erase(script.others.begin());
  return script;
}

// `#!/bin/sh /tmp/x`, or a script whose interpreter is the script /tmp/x: what the interpreter was
// given comes before what was typed.
void Judged::addNamedBesideScript(Script& script) const {
  if (facts_ == nullptr || !arguments_.known() || !typedPath_.known()) return;
  const TextList& arguments = arguments_.value;
  std::size_t typed = 1;
  while (typed < arguments.size() && arguments[typed] != typedPath_.value) ++typed;
  if (typed >= arguments.size() || typed == 1) return;
  for (std::size_t i = 1; i < typed; ++i) {
    if (arguments[i].starts_with('/')) script.others.push_back(givenFile(arguments[i]));
  }
  // Options with a file in the same argument, and what begins where the process stands.
  for (const std::string& path : given(false).paths) {
    const bool there = path == arguments[1] && path.starts_with('/');
    if (path != typedPath_.value && !there) script.others.push_back(givenFile(path));
  }
}

// Of what has no name by its path, the task's counts.
ScriptArgument Judged::given(bool truncated) const {
  const Interpreter* known = facts_->file().interpreter;
  if (known == nullptr)
    return analyzer::scriptArgument(facts_->name(), arguments_.value, truncated);
  return analyzer::scriptArgument(*known, facts_->name(), arguments_.value, truncated);
}

Judged::Script::Other Judged::givenFile(std::string_view path) const {
  std::optional<std::string_view> cwd;
  if (workingDirectory_.known()) cwd = workingDirectory_.value;
  Script::Other given{placeOfTyped(path, cwd), arguments_.evidence};
  if (!path.starts_with('/')) given.evidence.evidenceClass = trace::EvidenceClass::kInferred;
  return given;
}

const MountFacts* Judged::mountOf(std::string_view path) const {
  if (facts_ == nullptr || world_->mounts == nullptr) return nullptr;
  const auto& namespaces = facts_->context().namespaces;
  if (!namespaces.known()) return nullptr;
  const bool nowhere = path.starts_with("/memfd:") || path.starts_with("/(unreachable)/");
  if (!path.starts_with('/') || nowhere) return nullptr;
  // Whose path the kernel named together with its device.
  const trace::Field<trace::FileIdentity>& identity =
      isMapping() ? mapping_->identity : facts_->identity();
  const Place& place = isMapping() ? mappedPlace_ : facts_->place();
  const bool own = !attempt() && identity.known() && path == place.path;
  return world_->mounts->findAt(namespaces.value.mount, path, timeNs_,
                                own ? &identity.value : nullptr);
}

std::string_view Judged::commandLine(const TextList& arguments) const {
  for (const auto& [of, line] : commandLines_) {
    if (of == arguments.where()) return line;
  }
  std::string& line = commandLines_.emplace_front(arguments.where(), std::string()).second;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (i != 0) line += ' ';
    line += arguments[i];
  }
  return line;
}

const MountFacts* Judged::mount() const {
  if (mount_) return *mount_;
  mount_ = filePlace().kind == PlaceKind::kPath ? mountOf(filePlace().path) : nullptr;
  return *mount_;
}

const Lineage& Judged::lineage() const {
  if (!lineage_) {
    lineage_ = lineageOf(*node_);
    if (attempt_) lineage_->above.insert(lineage_->above.begin(), node_.get());
  }
  return *lineage_;
}

const Lineage& Judged::ancestors() const {
  if (!ancestors_) ancestors_ = ancestorsOf(*node_);
  return *ancestors_;
}

}  // namespace exectrail::analyzer
