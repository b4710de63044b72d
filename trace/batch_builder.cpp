// Records -> one Cap'n Proto Batch message.
#include "trace/arena.h"
#include "trace/batch.h"
#include "trace/context_table.h"
#include "trace/image_encoder.h"
#include "trace/message.h"
#include "trace/record_bytes.h"
#include "trace/schema.capnp.h"

namespace exectrail::trace {
namespace {

// What the fixed part of a record, or a context, takes in the message, about.
constexpr std::size_t kRecordBytes = 320;
constexpr std::size_t kContextBytes = 240;

using Name = schema::FieldName;

struct EncodeBody {
  schema::Record::Builder out;
  StringTable& strings;
  std::uint32_t context;  // of the record's image, if it has one

  void operator()(std::monostate) {}
  void operator()(const Snapshot& snapshot) {
    encodeImage(out.initSnapshot(), snapshot.image, context, strings);
  }
  void operator()(const Fork& fork) {
    auto body = out.initFork();
    encodeId(body.initCreator(), fork.creator);
    encodeId(body.initChild(), fork.child);
    body.setChildComm(strings.index(fork.childComm));
  }
  void operator()(const Exec& exec) {
    auto body = out.initExec();
    encodeImage(body.initImage(), exec.image, context, strings);
    encodeBytes(body.getTypedPath(), exec.typedPath, strings);
    encodeBytes(body.getInterpreter(), exec.interpreter, strings);
    body.setTid(exec.tid);
    Notes notes;
    notes.add(Name::TYPED_PATH, exec.typedPath.evidence);
    notes.add(Name::INTERPRETER, exec.interpreter.evidence);
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
    encodeList(body.getArguments(), attempt.arguments, strings);
    encodeBytes(body.getWorkingDirectory(), attempt.workingDirectory, strings);
    Notes notes;
    notes.add(Name::TYPED_PATH, attempt.typedPath.evidence);
    notes.add(Name::ARGUMENTS, attempt.arguments.evidence);
    notes.add(Name::WORKING_DIRECTORY, attempt.workingDirectory.evidence);
    notes.store(body);
  }
  void operator()(const Exit& exit) {
    auto body = out.initExit();
    encodeId(body.initImage(), exit.image);
    body.getStatus().setValue(exit.status.value);
    body.getStatus().setEvidence(classOf(exit.status.evidence));
    Notes notes;
    notes.add(Name::STATUS, exit.status.evidence);
    notes.store(body);
  }
  void operator()(const Gap& gap) {
    auto body = out.initGap();
    body.setSource(static_cast<schema::Source>(gap.source));
    body.setFromNs(gap.fromNs);
    body.setToNs(gap.toNs);
    body.setLostEvents(gap.lostEvents);
  }
  void operator()(const Mapping& mapping) {
    auto body = out.initMapping();
    encodeId(body.initImage(), mapping.image);
    encodeBytes(body.getPath(), mapping.path, strings);
    encodeIdentity(body.getIdentity(), mapping.identity);
    body.setRole(static_cast<schema::Mapping::Role>(mapping.role));
    Notes notes;
    notes.add(Name::PATH, mapping.path.evidence);
    notes.add(Name::IDENTITY, mapping.identity.evidence);
    notes.store(body);
  }
  void operator()(const AttemptTally& tally) {
    auto body = out.initAttemptTally();
    encodeId(body.initCaller(), tally.caller);
    body.setErrorNumber(tally.errorNumber);
    body.setCount(tally.count);
    body.setFromNs(tally.fromNs);
    body.setToNs(tally.toNs);
    body.setReason(static_cast<schema::AttemptTally::Reason>(tally.reason));
  }
  void operator()(const MountTable& table) {
    auto body = out.initMountTable();
    body.setMountNamespace(table.mountNamespace);
    body.setComplete(table.complete);
    body.setEvidence(classOf(table.evidence));
    auto mounts = body.initMounts(static_cast<unsigned>(table.mounts.size()));
    for (unsigned i = 0; i < mounts.size(); ++i) encodeMount(mounts[i], table.mounts[i]);
    auto removed = body.initRemovedIds(static_cast<unsigned>(table.removedIds.size()));
    for (unsigned i = 0; i < removed.size(); ++i) removed.set(i, table.removedIds[i]);
  }
  void operator()(const Heartbeat& heartbeat) {
    auto body = out.initHeartbeat();
    body.setExecs(heartbeat.execs);
    body.setAttempts(heartbeat.attempts);
    body.setLostEvents(heartbeat.lostEvents);
    body.setChainHead({reinterpret_cast<const kj::byte*>(heartbeat.chainHead.data()),
                       heartbeat.chainHead.size()});
  }

  void operator()(const FileHash& hash) {
    auto body = out.initFileHash();
    encodeId(body.initImage(), hash.image);
    encodeFile(body.getFile(), hash.file);
    encodeBytes(body.getSha256(), hash.sha256, strings);
    Notes notes;
    notes.add(Name::FILE, hash.file.evidence);
    notes.add(Name::SHA256, hash.sha256.evidence);
    notes.store(body);
  }

  void encodeMount(schema::Mount::Builder mount, const Mount& from) {
    mount.setId(from.id);
    mount.setParentId(from.parentId);
    mount.setDeviceMajor(from.deviceMajor);
    mount.setDeviceMinor(from.deviceMinor);
    mount.setRoot(strings.index(from.root));
    mount.setPoint(strings.index(from.point));
    mount.setOptions(strings.index(from.options));
    mount.setFileSystem(strings.index(from.fileSystem));
    mount.setSource(strings.index(from.source));
    mount.setSuperOptions(strings.index(from.superOptions));
  }
};

}  // namespace

struct BatchBuilder::State {
  Arena arena;
  std::vector<Record> records;
  std::vector<std::uint32_t> contextOf;  // of each record
  ContextTable contexts;
  std::size_t otherBytes = 0;  // of strings, mounts and contexts
};

BatchBuilder::BatchBuilder() : state_(std::make_unique<State>()) {}
BatchBuilder::~BatchBuilder() = default;

void BatchBuilder::add(const Record& record) {
  Record& copy = state_->records.emplace_back(record);
  forEachBytes(copy, [this](Bytes& bytes) {
    bytes = state_->arena.copy(bytes);
    state_->otherBytes += bytes.size();
  });
  std::uint32_t context = 0;
  if (Image* image = imageOf(copy)) {
    const std::size_t known = state_->contexts.contexts().size();
    context = state_->contexts.index(*image->context, state_->arena);
    if (context == known) state_->otherBytes += kContextBytes + state_->contexts.bytesOf(context);
    image->context = nullptr;  // the caller's, which may be gone before the batch is encoded
  } else if (const auto* table = std::get_if<MountTable>(&copy.body)) {
    state_->otherBytes += table->mounts.size() * sizeof(Mount);
  }
  state_->contextOf.push_back(context);
}

bool BatchBuilder::empty() const { return state_->records.empty(); }

std::size_t BatchBuilder::records() const { return state_->records.size(); }

std::size_t BatchBuilder::approximateBytes() const {
  return state_->otherBytes + state_->records.size() * kRecordBytes;
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
    std::visit(EncodeBody{records[i], strings, state_->contextOf[i]}, record.body);
  }
  const auto& distinct = state_->contexts.contexts();
  auto contexts = batch.initContexts(static_cast<unsigned>(distinct.size()));
  for (unsigned i = 0; i < contexts.size(); ++i) encodeContext(contexts[i], distinct[i], strings);
  auto table = batch.initStrings(static_cast<unsigned>(strings.strings().size()));
  for (unsigned i = 0; i < table.size(); ++i) {
    const Bytes bytes = strings.strings()[i];
    table.set(i, {reinterpret_cast<const kj::byte*>(bytes.data()), bytes.size()});
  }
  std::vector<std::byte> encoded = flatten(message);
  state_->records.clear();
  state_->contextOf.clear();
  state_->contexts.clear();
  state_->arena.clear();
  state_->otherBytes = 0;
  return encoded;
}

}  // namespace exectrail::trace
