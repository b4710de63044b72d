#include "analyzer/engine/facts.h"

namespace exectrail::analyzer {

trace::Field<std::string> copyField(const trace::Field<trace::Bytes>& field) {
  return {std::string(field.value), field.evidence};
}

trace::Field<std::vector<std::string>> copyField(const trace::Field<trace::Arguments>& field) {
  return {std::vector<std::string>(field.value.begin(), field.value.end()), field.evidence};
}

const std::shared_ptr<const trace::Context>& ImageFacts::noContext() {
  static const std::shared_ptr<const trace::Context> kNone = std::make_shared<trace::Context>();
  return kNone;
}

std::shared_ptr<ImageFacts> copyFacts(const trace::Image& image,
                                      const trace::Field<trace::Bytes>* typedPath,
                                      Contexts& contexts) {
  auto facts = std::make_shared<ImageFacts>();
  facts->id = image.id;
  facts->executable = copyField(image.executable);
  if (typedPath != nullptr) facts->typedPath = copyField(*typedPath);
  facts->arguments = copyField(image.arguments);
  facts->workingDirectory = copyField(image.workingDirectory);
  facts->comm = copyField(image.comm);
  facts->file = image.file;
  facts->credentials = image.context->credentials;
  facts->login = image.context->login;
  facts->session = image.context->session;
  facts->context = contexts.keep(image.context);
  facts->parentPid = image.parentPid;
  facts->secure = image.secure;
  facts->sha256 = copyField(image.sha256);
  facts->identity = image.identity;
  facts->place = executablePlace(*facts);
  facts->name = displayName(*facts);
  return facts;
}

Place executablePlace(const ImageFacts& facts) {
  if (!facts.executable.known()) return {};
  return placeOfResolved(facts.executable.value,
                         facts.file.known() && facts.file.value.linkCount == 0);
}

std::string displayName(const ImageFacts& facts) {
  const bool derived = facts.place.kind == PlaceKind::kPath;
  const Place place = derived ? facts.place : executablePlace(facts);
  if (place.kind == PlaceKind::kPath && place.path.size() > 1) {
    // The name of a memory file is all of it.
    if (place.path.starts_with("/memfd:")) return place.path.substr(1);
    return std::string(lastComponent(place.path));
  }
  if (facts.comm.known() && !facts.comm.value.empty()) return facts.comm.value;
  return "?";
}

}  // namespace exectrail::analyzer
