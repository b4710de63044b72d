// Records -> one Cap'n Proto Batch message.
#include <unordered_map>
#include <utility>

#include "trace/arena.h"
#include "trace/batch.h"
#include "trace/message.h"
#include "trace/record_bytes.h"
#include "trace/schema.capnp.h"

namespace exectrail::trace {
namespace {

// What the fixed part of a record takes in the message, about.
constexpr std::size_t kRecordBytes = 320;

class StringTable {
 public:
  StringTable() { index(Bytes()); }

  std::uint32_t index(Bytes bytes) {
    const auto [it, isNew] = indexes_.emplace(bytes, static_cast<std::uint32_t>(strings_.size()));
    if (isNew) strings_.push_back(bytes);
    return it->second;
  }

  const std::vector<Bytes>& strings() const { return strings_; }

 private:
  std::unordered_map<Bytes, std::uint32_t> indexes_;
  std::vector<Bytes> strings_;
};

schema::EvidenceClass classOf(const Evidence& evidence) {
  return static_cast<schema::EvidenceClass>(evidence.evidenceClass);
}

// Collects the notes of one record while its fields are encoded.
class Notes {
 public:
  void add(schema::FieldName field, const Evidence& evidence) {
    if (evidence.originalLength != 0 || evidence.errorNumber != 0 || evidence.afterGap) {
      notes_.emplace_back(field, evidence);
    }
  }

  template <typename Builder>
  void store(Builder owner) const {
    if (notes_.empty()) return;
    auto list = owner.initNotes(static_cast<unsigned>(notes_.size()));
    for (unsigned i = 0; i < notes_.size(); ++i) {
      const auto& [field, evidence] = notes_[i];
      list[i].setField(field);
      list[i].setOriginalLength(evidence.originalLength);
      list[i].setErrorNumber(evidence.errorNumber);
      list[i].setAfterGap(evidence.afterGap);
    }
  }

 private:
  std::vector<std::pair<schema::FieldName, Evidence>> notes_;
};

void encodeId(schema::ImageId::Builder out, const ImageId& id) {
  out.setTgid(id.tgid);
  out.setExecNumber(id.execNumber);
  out.setStartNs(id.startNs);
}

template <typename Group>
void encodeBytes(Group out, const Field<Bytes>& field, StringTable& strings) {
  out.setValue(strings.index(field.value));
  out.setEvidence(classOf(field.evidence));
}

template <typename Group>
void encodeArguments(Group out, const Field<Arguments>& field, StringTable& strings) {
  auto list = out.initValue(static_cast<unsigned>(field.value.size()));
  for (unsigned i = 0; i < field.value.size(); ++i) list.set(i, strings.index(field.value[i]));
  out.setEvidence(classOf(field.evidence));
}

void encodeFile(schema::Image::File::Builder out, const Field<FileFacts>& field) {
  const FileFacts& file = field.value;
  out.setDeviceMajor(file.deviceMajor);
  out.setDeviceMinor(file.deviceMinor);
  out.setInode(file.inode);
  out.setMode(file.mode);
  out.setUid(file.uid);
  out.setGid(file.gid);
  out.setSizeBytes(file.sizeBytes);
  out.setLinkCount(file.linkCount);
  out.setChangeTimeNs(file.changeTimeNs);
  out.setEvidence(classOf(field.evidence));
}

void encodeImage(schema::Image::Builder out, const Image& image, StringTable& strings) {
  using Name = schema::FieldName;
  Notes notes;
  encodeId(out.initId(), image.id);
  out.setStartEvidence(classOf(image.startEvidence));
  notes.add(Name::START, image.startEvidence);

  auto creator = out.getCreator();
  if (image.creator.value.id != ImageId{}) encodeId(creator.initId(), image.creator.value.id);
  creator.setEdge(static_cast<schema::CreatorEdge>(image.creator.value.edge));
  creator.setEvidence(classOf(image.creator.evidence));
  notes.add(Name::CREATOR, image.creator.evidence);

  encodeBytes(out.getExecutable(), image.executable, strings);
  notes.add(Name::EXECUTABLE, image.executable.evidence);
  encodeFile(out.getFile(), image.file);
  notes.add(Name::FILE, image.file.evidence);
  encodeArguments(out.getArguments(), image.arguments, strings);
  notes.add(Name::ARGUMENTS, image.arguments.evidence);
  encodeBytes(out.getWorkingDirectory(), image.workingDirectory, strings);
  notes.add(Name::WORKING_DIRECTORY, image.workingDirectory.evidence);
  encodeBytes(out.getComm(), image.comm, strings);
  notes.add(Name::COMM, image.comm.evidence);

  auto credentials = out.getCredentials();
  credentials.setRealUid(image.credentials.value.realUid);
  credentials.setEffectiveUid(image.credentials.value.effectiveUid);
  credentials.setRealGid(image.credentials.value.realGid);
  credentials.setEffectiveGid(image.credentials.value.effectiveGid);
  credentials.setEvidence(classOf(image.credentials.evidence));
  notes.add(Name::CREDENTIALS, image.credentials.evidence);

  auto login = out.getLogin();
  login.setUid(image.login.value.uid);
  login.setSessionId(image.login.value.sessionId);
  login.setEvidence(classOf(image.login.evidence));
  notes.add(Name::LOGIN, image.login.evidence);

  auto session = out.getSession();
  session.setLeaderPid(image.session.value.leaderPid);
  session.setTerminal(image.session.value.terminal);
  session.setEvidence(classOf(image.session.evidence));
  notes.add(Name::SESSION, image.session.evidence);
  notes.store(out);
}

struct EncodeBody {
  schema::Record::Builder out;
  StringTable& strings;

  void operator()(std::monostate) {}
  void operator()(const Snapshot& snapshot) {
    encodeImage(out.initSnapshot(), snapshot.image, strings);
  }
  void operator()(const Fork& fork) {
    auto body = out.initFork();
    encodeId(body.initCreator(), fork.creator);
    encodeId(body.initChild(), fork.child);
    body.setChildComm(strings.index(fork.childComm));
  }
  void operator()(const Exec& exec) {
    auto body = out.initExec();
    encodeImage(body.initImage(), exec.image, strings);
    encodeBytes(body.getTypedPath(), exec.typedPath, strings);
    body.setTid(exec.tid);
    Notes notes;
    notes.add(schema::FieldName::TYPED_PATH, exec.typedPath.evidence);
    notes.store(body);
  }
  void operator()(const Attempt& attempt) {
    auto body = out.initAttempt();
    encodeId(body.initCaller(), attempt.caller);
    body.setNumber(attempt.number);
    body.setTid(attempt.tid);
    body.setErrorNumber(attempt.errorNumber);
    body.setSystemCall(static_cast<schema::Attempt::SystemCall>(attempt.systemCall));
    encodeBytes(body.getTypedPath(), attempt.typedPath, strings);
    encodeArguments(body.getArguments(), attempt.arguments, strings);
    encodeBytes(body.getWorkingDirectory(), attempt.workingDirectory, strings);
    Notes notes;
    notes.add(schema::FieldName::TYPED_PATH, attempt.typedPath.evidence);
    notes.add(schema::FieldName::ARGUMENTS, attempt.arguments.evidence);
    notes.add(schema::FieldName::WORKING_DIRECTORY, attempt.workingDirectory.evidence);
    notes.store(body);
  }
  void operator()(const Exit& exit) { encodeId(out.initExit().initImage(), exit.image); }
  void operator()(const Gap& gap) {
    auto body = out.initGap();
    body.setSource(static_cast<schema::Source>(gap.source));
    body.setFromNs(gap.fromNs);
    body.setToNs(gap.toNs);
    body.setLostEvents(gap.lostEvents);
  }
};

}  // namespace

struct BatchBuilder::State {
  Arena arena;
  std::vector<Record> records;
  std::size_t stringBytes = 0;
};

BatchBuilder::BatchBuilder() : state_(std::make_unique<State>()) {}
BatchBuilder::~BatchBuilder() = default;

void BatchBuilder::add(const Record& record) {
  Record& copy = state_->records.emplace_back(record);
  forEachBytes(copy, [this](Bytes& bytes) {
    bytes = state_->arena.copy(bytes);
    state_->stringBytes += bytes.size();
  });
}

bool BatchBuilder::empty() const { return state_->records.empty(); }

std::size_t BatchBuilder::records() const { return state_->records.size(); }

std::size_t BatchBuilder::approximateBytes() const {
  return state_->stringBytes + state_->records.size() * kRecordBytes;
}

std::vector<std::byte> BatchBuilder::seal() {
  capnp::MallocMessageBuilder message(
      static_cast<unsigned>(approximateBytes() / sizeof(capnp::word) + 64));
  auto batch = message.initRoot<schema::Batch>();
  StringTable strings;
  auto records = batch.initRecords(static_cast<unsigned>(state_->records.size()));
  for (unsigned i = 0; i < records.size(); ++i) {
    const Record& record = state_->records[i];
    records[i].setTimeNs(record.timeNs);
    records[i].setCpu(record.cpu);
    std::visit(EncodeBody{records[i], strings}, record.body);
  }
  auto table = batch.initStrings(static_cast<unsigned>(strings.strings().size()));
  for (unsigned i = 0; i < table.size(); ++i) {
    const Bytes bytes = strings.strings()[i];
    table.set(i, {reinterpret_cast<const kj::byte*>(bytes.data()), bytes.size()});
  }
  std::vector<std::byte> encoded = flatten(message);
  state_->records.clear();
  state_->arena.clear();
  state_->stringBytes = 0;
  return encoded;
}

}  // namespace exectrail::trace
