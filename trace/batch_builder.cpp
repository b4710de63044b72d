// Records -> Cap'n Proto Batch messages, with tables that grow from batch to batch.
#include "trace/arena.h"
#include "trace/batch.h"
#include "trace/image_encoder.h"
#include "trace/message.h"
#include "trace/record_bytes.h"
#include "trace/run_tables.h"
#include "trace/schema.capnp.h"

namespace exectrail::trace {
namespace {

// What the parts of a message take, about, apart from strings.
constexpr std::size_t kRecordBytes = 64;
constexpr std::size_t kImageBytes = 120;
constexpr std::size_t kFileBytes = 120;
constexpr std::size_t kContextBytes = 240;
constexpr std::size_t kStringBytes = 12;  // pointer and padding

using Name = schema::FieldName;

struct EncodeBody {
  schema::Record::Builder out;
  ImageIndexes indexes;  // of the record's image, if it has one

  void operator()(std::monostate) {}
  void operator()(const Snapshot& snapshot) {
    encodeId(snapshot.image.id);
    encodeImage(out.initSnapshot(), snapshot.image, indexes);
  }
  void operator()(const Fork& fork) {
    encodeId(fork.creator);
    auto body = out.initFork();
    body.setChildTgid(fork.child.tgid);
    body.setChildExecNumber(fork.child.execNumber);
    body.setChildStartNs(fork.child.startNs);
    body.setChildComm(StringTable::index(fork.childComm));
  }
  void operator()(const Exec& exec) {
    encodeId(exec.image.id);
    encodeExec(out.initExec(), exec, indexes);
  }
  void operator()(const Attempt& attempt) {
    encodeId(attempt.caller);
    auto body = out.initAttempt();
    body.setNumber(attempt.number);
    body.setTid(attempt.tid);
    body.setErrorNumber(attempt.errorNumber);
    body.setSystemCall(static_cast<schema::Attempt::SystemCall>(attempt.systemCall));
    encodeBytes(body.getTypedPath(), attempt.typedPath);
    encodeList(body.getArguments(), attempt.arguments);
    encodeBytes(body.getWorkingDirectory(), attempt.workingDirectory);
    Notes notes;
    notes.add(Name::TYPED_PATH, attempt.typedPath.evidence);
    notes.add(Name::ARGUMENTS, attempt.arguments.evidence);
    notes.add(Name::WORKING_DIRECTORY, attempt.workingDirectory.evidence);
    notes.store(body);
  }
  void operator()(const Exit& exit) {
    encodeId(exit.image);
    auto body = out.initExit();
    body.setStatus(exit.status.value);
    body.setEvidence(classOf(exit.status.evidence));
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
    encodeId(mapping.image);
    auto body = out.initMapping();
    encodeBytes(body.getPath(), mapping.path);
    encodeIdentity(body.getIdentity(), mapping.identity);
    body.setRole(static_cast<schema::Mapping::Role>(mapping.role));
    Notes notes;
    notes.add(Name::PATH, mapping.path.evidence);
    notes.add(Name::IDENTITY, mapping.identity.evidence);
    notes.store(body);
  }
  void operator()(const AttemptTally& tally) {
    encodeId(tally.caller);
    auto body = out.initAttemptTally();
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
    body.setLeftOut(table.leftOut);
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
    encodeId(hash.image);
    out.initFileHash().setFile(indexes.file);
  }

  void encodeId(const ImageId& id) {
    auto image = out.getImage();
    image.setTgid(id.tgid);
    image.setExecNumber(id.execNumber);
    image.setStartNs(id.startNs);
  }

  static void encodeMount(schema::Mount::Builder mount, const Mount& from) {
    mount.setId(from.id);
    mount.setParentId(from.parentId);
    mount.setDeviceMajor(from.deviceMajor);
    mount.setDeviceMinor(from.deviceMinor);
    mount.setRoot(StringTable::index(from.root));
    mount.setPoint(StringTable::index(from.point));
    mount.setOptions(StringTable::index(from.options));
    mount.setFileSystem(StringTable::index(from.fileSystem));
    mount.setSource(StringTable::index(from.source));
    mount.setSuperOptions(StringTable::index(from.superOptions));
  }
};

}  // namespace

struct BatchBuilder::State {
  // Shared by the batches of a run. What the batch before this one has stored already:
  StringTable strings;
  ValueTable<ExecutedFile> files;
  ValueTable<Context> contexts;
  std::size_t storedStrings = 0;
  std::size_t storedFiles = 0;
  std::size_t storedContexts = 0;
  std::size_t storedStringBytes = 0;

  std::vector<Record> records;
  std::vector<ImageIndexes> indexes;  // of each record
  Arena arena;                        // for bytes that are not in a table
  std::size_t otherBytes = 0;         // of argument lists and mounts, about

  ImageIndexes intern(Image& image) {
    const ExecutedFile file{image.executable, image.identity, image.file, image.sha256};
    const ImageIndexes found{
        files.index(file, strings),
        image.context == &kNoContext ? 0 : contexts.index(*image.context, strings)};
    image.context = nullptr;  // the caller's, which may be gone before the batch is encoded
    forEachBytesBesideFile(image, [this](Bytes& bytes) { bytes = strings.intern(bytes); });
    otherBytes += kImageBytes + image.arguments.value.size() * sizeof(std::uint32_t);
    return found;
  }
};

BatchBuilder::BatchBuilder() : state_(std::make_unique<State>()) {}
BatchBuilder::~BatchBuilder() = default;

void BatchBuilder::add(const Record& record) {
  State& state = *state_;
  Record& copy = state.records.emplace_back(record);
  ImageIndexes& indexes = state.indexes.emplace_back();
  if (Image* image = imageOf(copy)) {
    indexes = state.intern(*image);
    if (auto* exec = std::get_if<Exec>(&copy.body)) {
      exec->typedPath.value = state.strings.intern(exec->typedPath.value);
      exec->interpreter.value = state.strings.intern(exec->interpreter.value);
    }
  } else if (auto* heartbeat = std::get_if<Heartbeat>(&copy.body)) {
    heartbeat->chainHead = state.arena.copy(heartbeat->chainHead);
  } else if (const auto* hash = std::get_if<FileHash>(&copy.body)) {
    indexes.file = state.files.index({{}, {}, hash->file, hash->sha256}, state.strings);
  } else {
    forEachBytes(copy, [&state](Bytes& bytes) { bytes = state.strings.intern(bytes); });
    if (const auto* table = std::get_if<MountTable>(&copy.body)) {
      state.otherBytes += table->mounts.size() * sizeof(std::uint64_t) * 5;
    } else if (const auto* attempt = std::get_if<Attempt>(&copy.body)) {
      state.otherBytes += kImageBytes + attempt->arguments.value.size() * sizeof(std::uint32_t);
    }
  }
}

bool BatchBuilder::empty() const { return state_->records.empty(); }

std::size_t BatchBuilder::records() const { return state_->records.size(); }

std::size_t BatchBuilder::approximateBytes() const {
  const State& state = *state_;
  return state.records.size() * kRecordBytes + state.otherBytes +
         (state.strings.bytes() - state.storedStringBytes) +
         (state.strings.all().size() - state.storedStrings) * kStringBytes +
         (state.files.all().size() - state.storedFiles) * kFileBytes +
         (state.contexts.all().size() - state.storedContexts) * kContextBytes;
}

void BatchBuilder::startRun() {
  State& state = *state_;
  state.strings.clear();
  state.files.clear();
  state.contexts.clear();
  state.storedStrings = state.storedFiles = state.storedContexts = state.storedStringBytes = 0;
}

bool BatchBuilder::fresh() const { return state_->storedStrings == 0; }

std::vector<std::byte> BatchBuilder::seal() {
  State& state = *state_;
  // One segment is read faster than several, so rather too much than too little; notes are not in
  // the estimate.
  capnp::MallocMessageBuilder message(
      static_cast<unsigned>(approximateBytes() / sizeof(capnp::word) * 5 / 4 + 128));
  auto batch = message.initRoot<schema::Batch>();
  auto records = batch.initRecords(static_cast<unsigned>(state.records.size()));
  for (unsigned i = 0; i < records.size(); ++i) {
    const Record& record = state.records[i];
    records[i].setTimeNs(record.timeNs);
    records[i].setCpu(record.cpu);
    records[i].setOrigin(record.origin);
    std::visit(EncodeBody{records[i], state.indexes[i]}, record.body);
  }
  const auto fresh = [](const auto& all, std::size_t stored) {
    return static_cast<unsigned>(all.size() - stored);
  };
  if (const unsigned count = fresh(state.contexts.all(), state.storedContexts); count > 0) {
    auto contexts = batch.initContexts(count);
    for (unsigned i = 0; i < count; ++i) {
      encodeContext(contexts[i], state.contexts.all()[state.storedContexts + i]);
    }
  }
  if (const unsigned count = fresh(state.files.all(), state.storedFiles); count > 0) {
    auto files = batch.initFiles(count);
    for (unsigned i = 0; i < count; ++i) {
      encodeFile(files[i], state.files.all()[state.storedFiles + i]);
    }
  }
  if (const unsigned count = fresh(state.strings.all(), state.storedStrings); count > 0) {
    auto strings = batch.initStrings(count);
    for (unsigned i = 0; i < count; ++i) {
      const Bytes bytes = state.strings.all()[state.storedStrings + i];
      strings.set(i, {reinterpret_cast<const kj::byte*>(bytes.data()), bytes.size()});
    }
  }
  std::vector<std::byte> encoded = flatten(message);
  state.storedStrings = state.strings.all().size();
  state.storedStringBytes = state.strings.bytes();
  state.storedFiles = state.files.all().size();
  state.storedContexts = state.contexts.all().size();
  state.records.clear();
  state.indexes.clear();
  state.arena.clear();
  state.otherBytes = 0;
  return encoded;
}

}  // namespace exectrail::trace
