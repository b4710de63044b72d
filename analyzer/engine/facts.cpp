#include "analyzer/engine/facts.h"

#include <cstdlib>
#include <deque>
#include <new>

#include "analyzer/engine/interpreters.h"

namespace exectrail::analyzer {
namespace {

std::uint64_t mixed(std::uint64_t hash, std::uint64_t more) {
  hash = (hash ^ more) * 0x9e3779b97f4a7c15U;
  return hash ^ (hash >> 32);
}

struct OwnedContext {
  trace::Context context;
  std::deque<std::string> bytes;

  explicit OwnedContext(const trace::Context& from) : context(from) {
    own(context.cgroup.value);
    own(context.containerId.value);
    for (trace::Bytes& variable : context.environment.value) own(variable);
  }

  void own(trace::Bytes& view) { view = bytes.emplace_back(view); }
};

Place placeOf(trace::Bytes executable, const trace::Evidence& evidence,
              const trace::Field<trace::FileFacts>& file) {
  if (!evidence.known()) return {};
  return placeOfResolved(executable, file.known() && file.value.linkCount == 0);
}

// Of a place; empty: it has none. The name of a memory file is all of it.
trace::Bytes nameOf(const Place& place) {
  if (place.kind != PlaceKind::kPath || place.path.size() <= 1) return {};
  const trace::Bytes path = place.path;
  return path.starts_with("/memfd:") ? path.substr(1) : lastComponent(path);
}

}  // namespace

void unused(Facts* facts) {
  for (std::uint32_t i = 0; i < facts->argumentCount_; ++i) --facts->argumentsBegin()[i]->uses;
  facts->~Facts();
  std::free(facts);
}

trace::Bytes Facts::name() const {
  if (file_->name) return file_->name->bytes();
  const trace::Field<trace::Bytes> task = comm();
  return task.known() && !task.value.empty() ? task.value : "?";
}

FactsRef FactStore::copy(const trace::Image& image, const trace::Field<trace::Bytes>* typedPath,
                         const trace::Field<trace::Bytes>* interpreter) {
  const std::size_t count = image.arguments.value.size();
  void* memory = std::malloc(sizeof(Facts) + count * sizeof(Text*));
  if (memory == nullptr) throw std::bad_alloc();
  FactsRef facts(new (memory) Facts);
  auto* arguments = reinterpret_cast<Text**>(facts.get() + 1);
  for (const trace::Bytes argument : image.arguments.value) {
    Text* text = texts_.intern(argument);
    ++text->uses;
    arguments[facts->argumentCount_++] = text;
  }
  ImageEvidence::Fields evidence;
  evidence.arguments = image.arguments.evidence;
  evidence.workingDirectory = image.workingDirectory.evidence;
  evidence.comm = image.comm.evidence;
  evidence.parentPid = image.parentPid.evidence;
  evidence.secure = image.secure.evidence;
  facts->file_ = keepFile(image);
  facts->context_ = keepContext(*image.context);
  if (typedPath != nullptr) {
    evidence.typedPath = typedPath->evidence;
    facts->typedPath_ = intern(typedPath->value);
  }
  if (interpreter != nullptr) {
    evidence.interpreter = interpreter->evidence;
    facts->interpreter_ = intern(interpreter->value);
  }
  facts->workingDirectory_ = intern(image.workingDirectory.value);
  facts->comm_ = intern(image.comm.value);
  facts->parentPid_ = image.parentPid.value;
  facts->secure_ = image.secure.value;
  facts->evidence_ = keepEvidence(evidence);
  return facts;
}

Counted<ProgramFile> FactStore::keepFile(const trace::Image& image) {
  const TextRef executable = intern(image.executable.value);
  std::uint64_t hash = executable ? executable->hash : 0;
  hash = mixed(hash, image.identity.value.inode);
  hash = mixed(hash, image.file.value.inode);
  hash = mixed(hash, static_cast<std::uint64_t>(image.file.value.changeTimeNs));
  const auto same = [&](const ProgramFile& file) {
    return file.executable == executable && file.executableEvidence == image.executable.evidence &&
           file.identity == image.identity && file.facts == image.file &&
           Facts::bytesOf(file.sha256) == image.sha256.value &&
           file.sha256Evidence == image.sha256.evidence;
  };
  if (ProgramFile* found = files_.find(hash, same)) return Counted<ProgramFile>(found);
  auto* made = new ProgramFile;
  Counted<ProgramFile> file(made);
  made->hash = hash;
  made->id = ++lastId_;
  made->executable = executable;
  made->executableEvidence = image.executable.evidence;
  made->identity = image.identity;
  made->facts = image.file;
  made->sha256 = intern(image.sha256.value);
  made->sha256Evidence = image.sha256.evidence;
  made->place = placeOf(image.executable.value, image.executable.evidence, image.file);
  if (made->place.kind == PlaceKind::kPath) {
    made->placeAs = intern(made->place.path);
    made->name = intern(nameOf(made->place));
    if (made->name) made->interpreter = findInterpreter(made->name->bytes());
  }
  files_.insert(made);
  return file;
}

Counted<KeptContext> FactStore::keepContext(const trace::Context& context) {
  std::uint64_t hash = mixed(context.cgroup.value.size(), context.credentials.value.realUid);
  hash = mixed(hash, context.credentials.value.effectiveUid);
  hash = mixed(hash, context.session.value.leaderPid);
  hash = mixed(hash, context.login.value.sessionId);
  hash = mixed(hash, context.namespaces.value.mount);
  const auto same = [&](const KeptContext& kept) { return *kept.context == context; };
  if (KeptContext* found = contexts_.find(hash, same)) return Counted<KeptContext>(found);
  const auto owned = std::make_shared<const OwnedContext>(context);
  auto* made = new KeptContext;
  Counted<KeptContext> kept(made);
  made->hash = hash;
  made->id = ++lastId_;
  made->context = std::shared_ptr<const trace::Context>(owned, &owned->context);
  contexts_.insert(made);
  return kept;
}

Counted<ImageEvidence> FactStore::keepEvidence(const ImageEvidence::Fields& fields) {
  if (lastEvidence_ && lastEvidence_->fields == fields) return lastEvidence_;
  std::uint64_t hash = mixed(fields.arguments.originalLength, fields.typedPath.originalLength);
  for (const trace::Evidence* each : {&fields.typedPath, &fields.arguments, &fields.comm,
                                      &fields.workingDirectory, &fields.interpreter}) {
    hash = mixed(hash, static_cast<std::uint64_t>(each->evidenceClass));
  }
  const auto same = [&](const ImageEvidence& kept) { return kept.fields == fields; };
  if (ImageEvidence* found = evidences_.find(hash, same)) {
    lastEvidence_ = Counted<ImageEvidence>(found);
    return lastEvidence_;
  }
  auto* made = new ImageEvidence;
  lastEvidence_ = Counted<ImageEvidence>(made);
  made->hash = hash;
  made->id = ++lastId_;
  made->fields = fields;
  evidences_.insert(made);
  return lastEvidence_;
}

ImageFacts toAlert(const Facts& from) {
  const auto text = [](const trace::Field<trace::Bytes>& field) {
    return trace::Field<std::string>(std::string(field.value), field.evidence);
  };
  ImageFacts facts;
  facts.executable = text(from.executable());
  facts.typedPath = text(from.typedPath());
  facts.arguments = {from.arguments().value.copy(), from.arguments().evidence};
  facts.workingDirectory = text(from.workingDirectory());
  facts.comm = text(from.comm());
  facts.file = from.fileFacts();
  facts.credentials = from.context().credentials;
  facts.login = from.context().login;
  facts.session = from.context().session;
  facts.parentPid = from.parentPid();
  facts.interpreter = text(from.interpreter());
  facts.secure = from.secure();
  facts.sha256 = text(from.sha256());
  facts.identity = from.identity();
  facts.context = from.keptContext().context;
  facts.place = from.place();
  facts.name = displayName(from);
  return facts;
}

const std::shared_ptr<const trace::Context>& ImageFacts::noContext() {
  static const std::shared_ptr<const trace::Context> kNone = std::make_shared<trace::Context>();
  return kNone;
}

Place executablePlace(const ImageFacts& facts) {
  return placeOf(facts.executable.value, facts.executable.evidence, facts.file);
}

std::string displayName(const ImageFacts& facts) {
  const bool derived = facts.place.kind == PlaceKind::kPath;
  const Place place = derived ? facts.place : executablePlace(facts);
  if (const trace::Bytes name = nameOf(place); !name.empty()) return std::string(name);
  if (facts.comm.known() && !facts.comm.value.empty()) return facts.comm.value;
  return "?";
}

std::string displayName(const Facts& facts) { return std::string(facts.name()); }

}  // namespace exectrail::analyzer
