#include "analyzer/engine/value.h"

#include "analyzer/engine/facts.h"

namespace exectrail::analyzer {
namespace {

constexpr std::uint32_t kPermissionBits = 07777;

Value known(std::string text, bool truncated = false) {
  Value value;
  value.state = Value::State::kKnown;
  value.text = std::move(text);
  value.truncated = truncated;
  return value;
}

Value known(std::int64_t number) {
  Value value;
  value.state = Value::State::kKnown;
  value.number = number;
  return value;
}

Value absent() {
  Value value;
  value.state = Value::State::kAbsent;
  return value;
}

Value textOf(const trace::Field<std::string>& field) {
  return field.known() ? known(field.value, field.evidence.truncated()) : Value();
}

Value listOf(const trace::Field<std::vector<std::string>>& field) {
  if (!field.known()) return {};
  Value value;
  value.state = Value::State::kKnown;
  value.list = &field.value;
  value.truncated = field.evidence.truncated();
  return value;
}

Value elementOf(const trace::Field<std::vector<std::string>>& field, std::uint32_t index) {
  if (!field.known()) return {};
  const bool truncated = field.evidence.truncated();
  if (index >= field.value.size()) return truncated ? Value() : absent();
  // Only the last one that was recorded can have been cut.
  return known(field.value[index], truncated && index + 1 == field.value.size());
}

Value fileValue(const trace::Field<trace::FileFacts>& file, Attribute attribute) {
  if (!file.known()) return {};
  if (attribute == Attribute::kFileUid) return known(std::int64_t{file.value.uid});
  if (attribute == Attribute::kFileMode) {
    return known(std::int64_t{file.value.mode & kPermissionBits});
  }
  return known(std::int64_t{file.value.linkCount});
}

Value userValue(const trace::Field<trace::Credentials>& credentials, Attribute attribute) {
  if (!credentials.known()) return {};
  return known(std::int64_t{attribute == Attribute::kUserId ? credentials.value.realUid
                                                            : credentials.value.effectiveUid});
}

Value imageValue(const ImageNode& node, const FieldRef& field) {
  if (field.attribute == Attribute::kPid) return known(std::int64_t{node.id.tgid});
  const ImageFacts* facts = knownFacts(node);
  if (facts == nullptr) return {};
  switch (field.attribute) {
    case Attribute::kExecutable:
    case Attribute::kName: {
      const Place place = executablePlace(*facts);
      if (place.kind != PlaceKind::kPath) return {};
      const bool truncated = facts->executable.evidence.truncated();
      if (field.attribute == Attribute::kExecutable) return known(place.path, truncated);
      return truncated ? Value() : known(displayName(*facts));
    }
    case Attribute::kComm:
      return textOf(facts->comm);
    case Attribute::kArguments:
      return listOf(facts->arguments);
    case Attribute::kArgument:
      return elementOf(facts->arguments, field.index);
    case Attribute::kWorkingDirectory:
      return textOf(facts->workingDirectory);
    case Attribute::kUserId:
    case Attribute::kEffectiveUserId:
      return userValue(facts->credentials, field.attribute);
    case Attribute::kFileUid:
    case Attribute::kFileMode:
    case Attribute::kFileLinkCount:
      return fileValue(facts->file, field.attribute);
    default:
      return {};
  }
}

Value execValue(const FieldRef& field, const Judged& judged, std::string_view className) {
  switch (field.attribute) {
    case Attribute::kPath:
      if (judged.filePlace().kind != PlaceKind::kPath) return {};
      return known(judged.filePlace().path, judged.filePathEvidence().truncated());
    case Attribute::kTypedPath:
      return textOf(judged.typedPath());
    case Attribute::kClass:
      return known(std::string(className));
    case Attribute::kResult: {
      const auto text = resultName(judged.errorNumber());
      return known(text ? std::string(*text) : std::to_string(judged.errorNumber()));
    }
    case Attribute::kArguments:
      return listOf(judged.arguments());
    case Attribute::kArgument:
      return elementOf(judged.arguments(), field.index);
    case Attribute::kWorkingDirectory:
      return textOf(judged.workingDirectory());
    case Attribute::kUserId:
    case Attribute::kEffectiveUserId:
      return userValue(judged.facts().credentials, field.attribute);
    case Attribute::kFileUid:
    case Attribute::kFileMode:
    case Attribute::kFileLinkCount:
      // Nobody looked at the target of a failed attempt; of a script, only at its interpreter.
      return judged.attempt() || judged.script() ? Value()
                                                 : fileValue(judged.facts().file, field.attribute);
    default:
      return {};
  }
}

struct Owner {
  const ImageNode* node = nullptr;
  bool absent = false;  // surely nobody
};

Owner ownerOf(Subject subject, const Judged& judged, const ImageNode* item) {
  switch (subject) {
    case Subject::kProcess:
      return {judged.node().get()};
    case Subject::kParent:
      return {judged.parent().node.get(), judged.parent().top};
    case Subject::kPrevious:
      return {previousOf(*judged.node())};
    case Subject::kItem:
      return {item};
    case Subject::kExec:
      break;
  }
  return {};
}

}  // namespace

Value valueOf(const FieldRef& field, const Judged& judged, std::string_view className,
              const ImageNode* item) {
  if (field.subject == Subject::kExec) return execValue(field, judged, className);
  const Owner owner = ownerOf(field.subject, judged, item);
  if (owner.absent) return absent();
  return owner.node == nullptr ? Value() : imageValue(*owner.node, field);
}

Place placeOf(const FieldRef& field, const Judged& judged, const ImageNode* item) {
  if (field.attribute == Attribute::kPath) return judged.filePlace();
  if (field.attribute == Attribute::kTypedPath) return judged.typedPlace();
  const Value value = valueOf(field, judged, {}, item);
  if (value.state != Value::State::kKnown) return {};
  return placeOfResolved(value.text, false);
}

}  // namespace exectrail::analyzer
