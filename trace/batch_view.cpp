// One Cap'n Proto Batch message -> records. The message may be hostile: every index is checked, and
// Cap'n Proto checks every pointer.
#include "trace/batch.h"
#include "trace/image_decoder.h"
#include "trace/message.h"
#include "trace/schema.capnp.h"

namespace exectrail::trace {
namespace {

// The body as a T: the one that is there already, so that its vectors keep their memory, or a new
// one.
template <typename T>
T& bodyAs(Record& record) {
  if (auto* existing = std::get_if<T>(&record.body)) return *existing;
  return record.body.emplace<T>();
}

void decodeExec(const PartDecoder& decoder, schema::Exec::Reader in, Exec& out) {
  decoder.image(in.getImage(), out.image);
  decoder.bytesField(in.getTypedPath(), out.typedPath);
  decoder.bytesField(in.getInterpreter(), out.interpreter);
  out.tid = in.getTid();
  for (const auto note : in.getNotes()) {
    if (note.getField() == schema::FieldName::TYPED_PATH) {
      applyNote(note, out.typedPath.evidence);
    } else if (note.getField() == schema::FieldName::INTERPRETER) {
      applyNote(note, out.interpreter.evidence);
    }
  }
}

void decodeAttempt(const PartDecoder& decoder, schema::Attempt::Reader in, Attempt& out) {
  out.caller = idFrom(in.getCaller());
  out.number = in.getNumber();
  out.tid = in.getTid();
  out.errorNumber = in.getErrorNumber();
  out.systemCall = in.getSystemCall() == schema::Attempt::SystemCall::EXECVEAT
                       ? SystemCall::kExecveat
                       : SystemCall::kExecve;
  decoder.bytesField(in.getTypedPath(), out.typedPath);
  decoder.listField(in.getArguments(), out.arguments);
  decoder.bytesField(in.getWorkingDirectory(), out.workingDirectory);
  for (const auto note : in.getNotes()) {
    switch (note.getField()) {
      case schema::FieldName::TYPED_PATH:
        applyNote(note, out.typedPath.evidence);
        break;
      case schema::FieldName::ARGUMENTS:
        applyNote(note, out.arguments.evidence);
        break;
      case schema::FieldName::WORKING_DIRECTORY:
        applyNote(note, out.workingDirectory.evidence);
        break;
      default:
        break;
    }
  }
}

void decodeExit(schema::Exit::Reader in, Exit& out) {
  const auto status = in.getStatus();
  out.image = idFrom(in.getImage());
  out.status = Field<std::uint32_t>(status.getValue(), classFrom(status.getEvidence()));
  for (const auto note : in.getNotes()) {
    if (note.getField() == schema::FieldName::STATUS) applyNote(note, out.status.evidence);
  }
}

void decodeMapping(const PartDecoder& decoder, schema::Mapping::Reader in, Mapping& out) {
  out.image = idFrom(in.getImage());
  decoder.bytesField(in.getPath(), out.path);
  decoder.identityField(in.getIdentity(), out.identity);
  out.role = enumFrom<MappingRole>(in.getRole(), schema::Mapping::Role::LIBRARY);
  for (const auto note : in.getNotes()) {
    if (note.getField() == schema::FieldName::PATH) {
      applyNote(note, out.path.evidence);
    } else if (note.getField() == schema::FieldName::IDENTITY) {
      applyNote(note, out.identity.evidence);
    }
  }
}

AttemptTally tallyFrom(schema::AttemptTally::Reader in) {
  return {idFrom(in.getCaller()),
          in.getErrorNumber(),
          in.getCount(),
          in.getFromNs(),
          in.getToNs(),
          enumFrom<TallyReason>(in.getReason(), schema::AttemptTally::Reason::POLICY)};
}

void decodeMountTable(const PartDecoder& decoder, schema::MountTable::Reader in, MountTable& out) {
  out.mountNamespace = in.getMountNamespace();
  out.complete = in.getComplete();
  out.evidence = Evidence{classFrom(in.getEvidence())};
  out.mounts.clear();
  for (const auto mount : in.getMounts()) {
    out.mounts.push_back({mount.getId(), mount.getParentId(), mount.getDeviceMajor(),
                          mount.getDeviceMinor(), decoder.bytes(mount.getRoot()),
                          decoder.bytes(mount.getPoint()), decoder.bytes(mount.getOptions()),
                          decoder.bytes(mount.getFileSystem()), decoder.bytes(mount.getSource()),
                          decoder.bytes(mount.getSuperOptions())});
  }
  const auto removed = in.getRemovedIds();
  out.removedIds.resize(removed.size());
  for (unsigned i = 0; i < removed.size(); ++i) out.removedIds[i] = removed[i];
}

Heartbeat heartbeatFrom(schema::Heartbeat::Reader in) {
  const auto head = in.getChainHead();
  return {in.getExecs(), in.getAttempts(), in.getLostEvents(),
          Bytes(reinterpret_cast<const char*>(head.begin()), head.size())};
}

void decodeFileHash(const PartDecoder& decoder, schema::FileHash::Reader in, FileHash& out) {
  out.image = idFrom(in.getImage());
  decoder.fileField(in.getFile(), out.file);
  decoder.bytesField(in.getSha256(), out.sha256);
  for (const auto note : in.getNotes()) {
    if (note.getField() == schema::FieldName::FILE) {
      applyNote(note, out.file.evidence);
    } else if (note.getField() == schema::FieldName::SHA256) {
      applyNote(note, out.sha256.evidence);
    }
  }
}

void decodeRecord(const PartDecoder& decoder, schema::Record::Reader in, Record& out) {
  out.timeNs = in.getTimeNs();
  out.cpu = in.getCpu();
  switch (in.which()) {
    case schema::Record::SNAPSHOT:
      decoder.image(in.getSnapshot(), bodyAs<Snapshot>(out).image);
      return;
    case schema::Record::FORK: {
      const auto fork = in.getFork();
      bodyAs<Fork>(out) = {idFrom(fork.getCreator()), idFrom(fork.getChild()),
                           decoder.bytes(fork.getChildComm())};
      return;
    }
    case schema::Record::EXEC:
      decodeExec(decoder, in.getExec(), bodyAs<Exec>(out));
      return;
    case schema::Record::ATTEMPT:
      decodeAttempt(decoder, in.getAttempt(), bodyAs<Attempt>(out));
      return;
    case schema::Record::EXIT:
      decodeExit(in.getExit(), bodyAs<Exit>(out));
      return;
    case schema::Record::GAP: {
      const auto gap = in.getGap();
      bodyAs<Gap>(out) = {enumFrom<Source>(gap.getSource(), schema::Source::CONNECTOR),
                          gap.getFromNs(), gap.getToNs(), gap.getLostEvents()};
      return;
    }
    case schema::Record::MAPPING:
      decodeMapping(decoder, in.getMapping(), bodyAs<Mapping>(out));
      return;
    case schema::Record::ATTEMPT_TALLY:
      bodyAs<AttemptTally>(out) = tallyFrom(in.getAttemptTally());
      return;
    case schema::Record::MOUNT_TABLE:
      decodeMountTable(decoder, in.getMountTable(), bodyAs<MountTable>(out));
      return;
    case schema::Record::HEARTBEAT:
      bodyAs<Heartbeat>(out) = heartbeatFrom(in.getHeartbeat());
      return;
    case schema::Record::FILE_HASH:
      decodeFileHash(decoder, in.getFileHash(), bodyAs<FileHash>(out));
      return;
  }
  out.body = std::monostate{};
}

}  // namespace

struct BatchView::State {
  explicit State(const std::byte* message, std::size_t size)
      : reader(asWords(message, size), readerOptions(size)),
        records(reader.getRoot<schema::Batch>().getRecords()) {
    const auto list = reader.getRoot<schema::Batch>().getStrings();
    strings.reserve(list.size());
    // Read once: every further look at a pointer would count against the traversal limit.
    for (const auto bytes : list) {
      strings.emplace_back(reinterpret_cast<const char*>(bytes.begin()), bytes.size());
    }
    const auto inContexts = reader.getRoot<schema::Batch>().getContexts();
    contexts.resize(inContexts.size());
    const PartDecoder decoder(strings, contexts);
    for (unsigned i = 0; i < inContexts.size(); ++i) decoder.context(inContexts[i], contexts[i]);
  }

  capnp::FlatArrayMessageReader reader;
  capnp::List<schema::Record>::Reader records;
  std::vector<Bytes> strings;
  std::vector<Context> contexts;
};

BatchView::BatchView() = default;
BatchView::~BatchView() = default;
BatchView::BatchView(BatchView&&) noexcept = default;
BatchView& BatchView::operator=(BatchView&&) noexcept = default;

BatchView BatchView::open(const std::byte* message, std::size_t size) {
  BatchView view;
  guarded([&] { view.state_ = std::make_unique<State>(message, size); });
  return view;
}

std::size_t BatchView::size() const { return state_ ? state_->records.size() : 0; }

void BatchView::decode(std::size_t index, Record& record) const {
  guarded([&] {
    decodeRecord(PartDecoder(state_->strings, state_->contexts),
                 state_->records[static_cast<unsigned>(index)], record);
  });
}

}  // namespace exectrail::trace
