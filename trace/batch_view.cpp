// One Cap'n Proto Batch message -> records. The message may be hostile: every index is checked, and
// Cap'n Proto checks every pointer.
#include <capnp/any.h>

#include <bit>
#include <cstring>
#include <type_traits>
#include <utility>

#include "trace/batch.h"
#include "trace/image_decoder.h"
#include "trace/message.h"
#include "trace/schema.capnp.h"

namespace exectrail::trace {
namespace {

// Words that an element of these lists takes at least, however old its writer: the C++ value is
// larger, and a list of elements of no size could claim any number of them.
constexpr std::size_t kWordsOfRecord = 7;
constexpr std::size_t kWordsOfFile = 10;
constexpr std::size_t kWordsOfContext = 18;
constexpr std::size_t kWordsOfMount = 5;

void requireWords(std::size_t count, std::size_t wordsEach, std::size_t words, const char* what) {
  if (count > words / wordsEach) {
    throw BadMessage(std::to_string(count) + " " + what + " in " + std::to_string(words) +
                     " words");
  }
}

// The data of a record as it lies in the message, which spares the many records without pointers
// the way through Cap'n Proto's readers. Offsets: `capnp compile -ocapnp schema.capnp`; they never
// change. Cap'n Proto is little-endian.
struct RawRecord {
  std::uint64_t timeNs;
  std::uint16_t cpu;
  std::uint16_t origin;
  std::uint32_t tgid;
  std::uint32_t execNumber;
  std::uint16_t kind;
  std::uint16_t unused;
  struct ForkPart {
    std::uint32_t childTgid;
    std::uint32_t childExecNumber;
    std::uint64_t childStartNs;
    std::uint32_t childComm;
  };
  struct ExitPart {
    std::uint16_t evidence;
    std::uint16_t unused[7];
    std::uint32_t status;
  };

  std::uint64_t startNs;
  union {
    ForkPart fork;
    ExitPart exit;
  };

  ImageId image() const { return {tgid, execNumber, startNs}; }
};
static_assert(sizeof(RawRecord) == kWordsOfRecord * sizeof(std::uint64_t));
static_assert(std::endian::native == std::endian::little);

void decodeAttempt(const PartDecoder& decoder, const schema::Attempt::Reader& in, Attempt& out) {
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

void decodeMapping(const PartDecoder& decoder, const schema::Mapping::Reader& in, Mapping& out) {
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

AttemptTally tallyFrom(const ImageId& caller, const schema::AttemptTally::Reader& in) {
  return {
      caller,        in.getErrorNumber(),
      in.getCount(), in.getFromNs(),
      in.getToNs(),  enumFrom<TallyReason>(in.getReason(), schema::AttemptTally::Reason::POLICY)};
}

void decodeMountTable(const PartDecoder& decoder, std::size_t words,
                      const schema::MountTable::Reader& in, MountTable& out) {
  out.mountNamespace = in.getMountNamespace();
  out.complete = in.getComplete();
  out.evidence = Evidence{classFrom(in.getEvidence())};
  out.leftOut = in.getLeftOut();
  out.mounts.clear();
  const auto mounts = in.getMounts();
  requireWords(mounts.size(), kWordsOfMount, words, "mounts");
  for (const auto mount : mounts) {
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

Heartbeat heartbeatFrom(const schema::Heartbeat::Reader& in) {
  const auto head = in.getChainHead();
  return {in.getExecs(), in.getAttempts(), in.getLostEvents(),
          Bytes(reinterpret_cast<const char*>(head.begin()), head.size())};
}

}  // namespace

struct BatchView::State {
  State(const std::byte* message, std::size_t size, bool fresh, ReadTables& all)
      : reader(asWords(message, size), readerOptions(size)),
        words(size / sizeof(capnp::word)),
        records(reader.getRoot<schema::Batch>().getRecords()),
        tables(all) {
    if (fresh) {
      tables.clear();
    } else if (tables.strings.empty()) {
      throw BadMessage("it continues tables that are not there");
    }
    openRecords();
    const auto batch = reader.getRoot<schema::Batch>();
    if (batch.hasStrings()) {
      // Read once: every further look at a pointer would count against the traversal limit.
      for (const auto bytes : batch.getStrings()) {
        tables.strings.emplace_back(reinterpret_cast<const char*>(bytes.begin()), bytes.size());
      }
    }
    const PartDecoder decoder(tables);
    if (batch.hasFiles()) {
      const auto files = batch.getFiles();
      requireWords(files.size(), kWordsOfFile, words, "files");
      for (const auto file : files) decoder.file(file, tables.files.emplace_back());
    }
    if (batch.hasContexts()) {
      const auto contexts = batch.getContexts();
      requireWords(contexts.size(), kWordsOfContext, words, "contexts");
      for (const auto context : contexts) decoder.context(context, tables.contexts.emplace_back());
    }
  }

  // Finds the raw records: elements of a list of structs lie one after the other. Each has at least
  // the size it has in this version, as fields are only ever added.
  void openRecords() {
    count = records.size();
    if (count == 0) return;
    const capnp::AnyStruct::Reader first(records[0]);
    const auto data = first.getDataSection();
    const std::size_t pointers = first.getPointerSection().size();
    if (data.size() < sizeof(RawRecord) || pointers == 0) {
      throw BadMessage("records of " + std::to_string(data.size()) + " bytes and " +
                       std::to_string(pointers) + " pointers");
    }
    raw = data.begin();
    dataSize = data.size();
    stride = dataSize + pointers * sizeof(capnp::word);
  }

  // The body as a T: the one that is there already, so that its lists keep their memory, or a new
  // one.
  template <typename T>
  T& bodyAs(Record& record) {
    if (auto* existing = std::get_if<T>(&record.body)) return *existing;
    // Execs come between forks and exits: the memory of their arguments waits here meanwhile.
    if (auto* exec = std::get_if<Exec>(&record.body)) {
      spareArguments = std::move(exec->image.arguments.value);
    }
    T& body = record.body.emplace<T>();
    if constexpr (std::is_same_v<T, Exec>) body.image.arguments.value = std::move(spareArguments);
    return body;
  }

  void decode(std::size_t index, Record& out);
  void decodeRare(std::size_t index, const ImageId& image, Record& out);

  capnp::FlatArrayMessageReader reader;
  std::size_t words;
  capnp::List<schema::Record>::Reader records;
  std::size_t count = 0;
  const kj::byte* raw = nullptr;
  std::size_t dataSize = 0;
  std::size_t stride = 0;
  ReadTables& tables;
  Arguments spareArguments;
};

void BatchView::State::decode(std::size_t index, Record& out) {
  RawRecord in;
  std::memcpy(&in, raw + index * stride, sizeof in);
  out.timeNs = in.timeNs;
  // Cap'n Proto stores a field as its difference from the default, which is 0 here.
  out.cpu = in.cpu;
  out.origin = in.origin;
  switch (in.kind) {
    case schema::Record::FORK: {
      bodyAs<Fork>(out) = {in.image(),
                           {in.fork.childTgid, in.fork.childExecNumber, in.fork.childStartNs},
                           PartDecoder(tables).bytes(in.fork.childComm)};
      return;
    }
    case schema::Record::EXEC: {
      auto& exec = bodyAs<Exec>(out);
      exec.image.id = in.image();
      PartDecoder(tables).exec(records[static_cast<unsigned>(index)].getExec(), exec);
      return;
    }
    case schema::Record::EXIT: {
      auto& exit = bodyAs<Exit>(out);
      exit = {in.image(),
              Field<std::uint32_t>(
                  in.exit.status, classFrom(static_cast<schema::EvidenceClass>(in.exit.evidence)))};
      // Behind the data comes a record's pointer, here to notes.
      std::uint64_t pointer = 0;
      std::memcpy(&pointer, raw + index * stride + dataSize, sizeof pointer);
      if (pointer == 0) return;
      for (const auto note : records[static_cast<unsigned>(index)].getExit().getNotes()) {
        if (note.getField() == schema::FieldName::STATUS) applyNote(note, exit.status.evidence);
      }
      return;
    }
    default:
      decodeRare(index, in.image(), out);
  }
}

void BatchView::State::decodeRare(std::size_t index, const ImageId& image, Record& out) {
  const PartDecoder decoder(tables);
  const auto in = records[static_cast<unsigned>(index)];
  switch (in.which()) {
    case schema::Record::SNAPSHOT: {
      auto& snapshot = bodyAs<Snapshot>(out);
      snapshot.image.id = image;
      decoder.image(in.getSnapshot(), snapshot.image);
      return;
    }
    case schema::Record::ATTEMPT: {
      auto& attempt = bodyAs<Attempt>(out);
      attempt.caller = image;
      decodeAttempt(decoder, in.getAttempt(), attempt);
      return;
    }
    case schema::Record::GAP: {
      const auto gap = in.getGap();
      bodyAs<Gap>(out) = {enumFrom<Source>(gap.getSource(), schema::Source::IMPORT),
                          gap.getFromNs(), gap.getToNs(), gap.getLostEvents()};
      return;
    }
    case schema::Record::MAPPING: {
      auto& mapping = bodyAs<Mapping>(out);
      mapping.image = image;
      decodeMapping(decoder, in.getMapping(), mapping);
      return;
    }
    case schema::Record::ATTEMPT_TALLY:
      bodyAs<AttemptTally>(out) = tallyFrom(image, in.getAttemptTally());
      return;
    case schema::Record::MOUNT_TABLE:
      decodeMountTable(decoder, words, in.getMountTable(), bodyAs<MountTable>(out));
      return;
    case schema::Record::HEARTBEAT:
      bodyAs<Heartbeat>(out) = heartbeatFrom(in.getHeartbeat());
      return;
    case schema::Record::FILE_HASH: {
      const ExecutedFile& file = decoder.fileAt(in.getFileHash().getFile());
      bodyAs<FileHash>(out) = {image, file.facts, file.sha256};
      return;
    }
    default:
      out.body = std::monostate{};  // of a kind that only a newer version knows
  }
}

BatchView::BatchView() = default;
BatchView::~BatchView() = default;
BatchView::BatchView(BatchView&&) noexcept = default;
BatchView& BatchView::operator=(BatchView&&) noexcept = default;

BatchView BatchView::open(const std::byte* message, std::size_t size, bool fresh,
                          ReadTables& tables) {
  BatchView view;
  guarded([&] { view.state_ = std::make_unique<State>(message, size, fresh, tables); });
  return view;
}

std::size_t BatchView::size() const { return state_ ? state_->count : 0; }

void BatchView::decode(std::size_t index, Record& record) const {
  guarded([&] { state_->decode(index, record); });
}

}  // namespace exectrail::trace
