#include "analyzer/engine/value.h"

#include "analyzer/engine/facts.h"

namespace exectrail::analyzer {
namespace {

const trace::Evidence kSure{trace::EvidenceClass::kKernel};

Value known(trace::EvidenceClass evidence) {
  Value value;
  value.state = Value::State::kKnown;
  value.evidence = evidence;
  return value;
}

Value boolean(bool answer) { return knownNumber(answer ? 1 : 0, kSure); }

Value mountValue(Attribute attribute, const MountFacts* mount) {
  if (mount == nullptr) return {};
  switch (attribute) {
    case Attribute::kMountPoint:
      return knownText(mount->point, mount->evidence);
    case Attribute::kMountFileSystem:
      return knownText(mount->fileSystem, mount->evidence);
    case Attribute::kMountNoexec:
      return knownNumber(mount->has("noexec") ? 1 : 0, mount->evidence);
    case Attribute::kMountNosuid:
      return knownNumber(mount->has("nosuid") ? 1 : 0, mount->evidence);
    case Attribute::kMountNodev:
      return knownNumber(mount->has("nodev") ? 1 : 0, mount->evidence);
    default:
      return knownList(TextList(mount->options), mount->evidence);
  }
}

Value roleValue(const Judged& judged) {
  if (!judged.isMapping()) return absentValue(kSure);
  if (judged.mapping() == trace::MappingRole::kLoaderTarget)
    return knownText("loader_target", kSure);
  return judged.mapping() == trace::MappingRole::kLibrary ? knownText("library", kSure) : Value();
}

Value pathValue(const Judged& judged, bool nameOnly) {
  if (judged.filePlace().kind != PlaceKind::kPath) return {};
  const bool truncated = judged.filePathEvidence().truncated();
  if (nameOnly && truncated) return {};
  const std::string_view path = judged.filePlace().path;
  Value value = knownText(nameOnly ? lastComponent(path) : path, judged.filePathEvidence());
  value.truncated = truncated;
  if (!nameOnly) value.kept = judged.filePathText();
  return value;
}

Value scriptValue(const Judged& judged) {
  const Judged::Script& script = judged.scriptArgument();
  if (script.absent) return absentValue(kSure);
  if (script.place.kind != PlaceKind::kPath) return {};
  return knownText(script.place.path, script.evidence);
}

// What a failed attempt, a script and a mapping have of their own, where a program has its image's.
Value execValue(const FieldRef& field, const Judged& judged, std::string_view className) {
  switch (field.attribute) {
    case Attribute::kPath:
      return pathValue(judged, false);
    case Attribute::kFileName:
      return pathValue(judged, true);
    case Attribute::kTypedPath:
      return textValue(judged.typedPath());
    case Attribute::kClass:
      return knownText(className, kSure);
    case Attribute::kResult: {
      const auto text = resultName(judged.errorNumber());
      return text ? knownText(*text, kSure) : madeText(std::to_string(judged.errorNumber()), kSure);
    }
    case Attribute::kScriptPath:
      return scriptValue(judged);
    case Attribute::kInterpreter:
      if (judged.attempt() || judged.facts() == nullptr) return {};
      return textValue(judged.facts()->interpreter());
    case Attribute::kMappingRole:
      return roleValue(judged);
    case Attribute::kMountPoint:
    case Attribute::kMountOptions:
    case Attribute::kMountFileSystem:
    case Attribute::kMountNoexec:
    case Attribute::kMountNosuid:
    case Attribute::kMountNodev:
      return mountValue(field.attribute, judged.mount());
    case Attribute::kIsAttempt:
      return boolean(judged.attempt());
    case Attribute::kIsMapping:
      return boolean(judged.isMapping());
    case Attribute::kIsScript:
      return boolean(judged.script());
    case Attribute::kArguments:
    case Attribute::kArgument:
    case Attribute::kArgumentPaths:
      return argumentsValue(field, judged.arguments(), judged.workingDirectory());
    case Attribute::kWorkingDirectory:
      return textValue(judged.workingDirectory());
    case Attribute::kFileUid:
    case Attribute::kFileGid:
    case Attribute::kFileMode:
    case Attribute::kFileSize:
    case Attribute::kFileLinkCount:
    case Attribute::kFileAge:
    case Attribute::kFileHash:
    case Attribute::kFileIdentity:
      // Nobody looked at the target of a failed attempt or at what was mapped; of a script, only at
      // its interpreter.
      if (judged.attempt() || judged.script() || judged.isMapping()) return {};
      [[fallthrough]];
    default:
      return imageValue(*judged.node(), field, judged.world(), judged.timeNs());
  }
}

struct Owner {
  const ImageNode* node = nullptr;
  bool absent = false;  // surely nobody
};

Owner leaderOf(const Judged& judged) {
  if (judged.facts() == nullptr) return {};
  const trace::Field<trace::Session>& session = judged.facts()->context().session;
  if (!session.known() || session.value.leaderPid == 0) return {};
  if (session.value.leaderPid == judged.node()->id.tgid) return {judged.node().get()};
  const ProcessTree* tree = judged.world().tree;
  return {tree == nullptr ? nullptr : tree->current(session.value.leaderPid)};
}

Owner ownerOf(Subject subject, const Judged& judged, const Item& item) {
  switch (subject) {
    case Subject::kProcess:
      return {judged.node().get()};
    case Subject::kParent:
      return {judged.parent().node.get(), judged.parent().top};
    case Subject::kPrevious:
      return {previousOf(*judged.node())};
    case Subject::kLeader:
      return leaderOf(judged);
    case Subject::kItem:
      return {item.image};
    case Subject::kExec:
      break;
  }
  return {};
}

// Joined once for all conditions that ask.
Value commandLineValue(const FieldRef& field, const Judged& judged, const Item& item) {
  trace::Field<TextList> arguments = judged.arguments();
  if (field.subject != Subject::kExec) {
    const Owner owner = ownerOf(field.subject, judged, item);
    if (owner.absent) return absentValue(kSure);
    const Facts* facts = owner.node == nullptr ? nullptr : knownFacts(*owner.node);
    if (facts == nullptr) return {};
    arguments = facts->arguments();
  }
  if (!arguments.known()) return {};
  Value value = knownText(judged.commandLine(arguments.value), arguments.evidence);
  value.truncated = arguments.evidence.truncated();
  return value;
}

}  // namespace

Value knownText(std::string_view text, const trace::Evidence& evidence) {
  Value value = known(evidence.evidenceClass);
  value.text = text;
  return value;
}

Value madeText(std::string text, const trace::Evidence& evidence) {
  Value value = known(evidence.evidenceClass);
  value.made = std::make_shared<const std::vector<std::string>>(1, std::move(text));
  value.text = value.made->front();
  return value;
}

Value knownList(const TextList& list, const trace::Evidence& evidence) {
  Value value = known(evidence.evidenceClass);
  value.isList = true;
  value.list = list;
  return value;
}

Value madeList(std::vector<std::string> list, const trace::Evidence& evidence) {
  Value value = known(evidence.evidenceClass);
  value.made = std::make_shared<const std::vector<std::string>>(std::move(list));
  value.isList = true;
  value.list = TextList(*value.made);
  return value;
}

Value knownNumber(std::int64_t number, const trace::Evidence& evidence) {
  Value value = known(evidence.evidenceClass);
  value.number = number;
  return value;
}

Value absentValue(const trace::Evidence& evidence) {
  Value value = known(evidence.evidenceClass);
  value.state = Value::State::kAbsent;
  return value;
}

Value textValue(const trace::Field<trace::Bytes>& field) {
  if (!field.known()) return {};
  Value value = knownText(field.value, field.evidence);
  value.truncated = field.evidence.truncated();
  return value;
}

Value valueOf(const FieldRef& field, const Judged& judged, std::string_view className,
              const Item& item) {
  if (field.attribute == Attribute::kCommandLine) return commandLineValue(field, judged, item);
  if (field.attribute == Attribute::kIt) return item.element == nullptr ? Value() : *item.element;
  if (field.subject == Subject::kExec) return execValue(field, judged, className);
  const Owner owner = ownerOf(field.subject, judged, item);
  if (owner.absent) return absentValue(kSure);
  if (owner.node == nullptr) return {};
  const bool own = owner.node == judged.node().get();
  return imageValue(*owner.node, field, judged.world(), own ? judged.timeNs() : owner.node->timeNs);
}

Place placeOf(const FieldRef& field, const Judged& judged, const Item& item) {
  if (field.attribute == Attribute::kPath) return judged.filePlace();
  if (field.attribute == Attribute::kTypedPath && field.subject == Subject::kExec) {
    return judged.typedPlace();
  }
  if (field.attribute == Attribute::kScriptPath) return judged.scriptArgument().place;
  const Value value = valueOf(field, judged, {}, item);
  if (!value.known()) return {};
  return placeOfResolved(value.text, false);
}

}  // namespace exectrail::analyzer
