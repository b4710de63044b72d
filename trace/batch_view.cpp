// One Cap'n Proto Batch message -> records. The message may be hostile: every index is checked, and
// Cap'n Proto checks every pointer.
#include "trace/batch.h"
#include "trace/message.h"
#include "trace/schema.capnp.h"

namespace exectrail::trace {
namespace {

EvidenceClass classFrom(schema::EvidenceClass value) {
  // A class that only a newer version knows is no evidence to this one.
  return value > schema::EvidenceClass::EXTERNAL ? EvidenceClass::kUnknown
                                                 : static_cast<EvidenceClass>(value);
}

ImageId idFrom(schema::ImageId::Reader in) {
  return {in.getTgid(), in.getExecNumber(), in.getStartNs()};
}

class Decoder {
 public:
  explicit Decoder(const std::vector<Bytes>& strings) : strings_(strings) {}

  Bytes bytes(std::uint32_t index) const {
    if (index >= strings_.size()) {
      throw BadMessage("string " + std::to_string(index) + " of " +
                       std::to_string(strings_.size()));
    }
    return strings_[index];
  }

  template <typename Group>
  void bytesField(Group in, Field<Bytes>& out) const {
    out = Field<Bytes>(bytes(in.getValue()), classFrom(in.getEvidence()));
  }

  template <typename Group>
  void argumentsField(Group in, Field<Arguments>& out) const {
    const auto list = in.getValue();
    out.value.resize(list.size());
    for (unsigned i = 0; i < list.size(); ++i) out.value[i] = bytes(list[i]);
    out.evidence = Evidence{classFrom(in.getEvidence())};
  }

  void image(schema::Image::Reader in, Image& out) const {
    out.id = idFrom(in.getId());
    out.startEvidence = Evidence{classFrom(in.getStartEvidence())};
    const auto creator = in.getCreator();
    const auto edge = creator.getEdge() > schema::CreatorEdge::TOP
                          ? CreatorEdge::kUnknown
                          : static_cast<CreatorEdge>(creator.getEdge());
    out.creator = Field<Creator>({idFrom(creator.getId()), edge}, classFrom(creator.getEvidence()));
    bytesField(in.getExecutable(), out.executable);
    const auto file = in.getFile();
    out.file = Field<FileFacts>({file.getDeviceMajor(), file.getDeviceMinor(), file.getInode(),
                                 file.getMode(), file.getUid(), file.getGid(), file.getSizeBytes(),
                                 file.getLinkCount(), file.getChangeTimeNs()},
                                classFrom(file.getEvidence()));
    argumentsField(in.getArguments(), out.arguments);
    bytesField(in.getWorkingDirectory(), out.workingDirectory);
    bytesField(in.getComm(), out.comm);
    const auto credentials = in.getCredentials();
    out.credentials = Field<Credentials>({credentials.getRealUid(), credentials.getEffectiveUid(),
                                          credentials.getRealGid(), credentials.getEffectiveGid()},
                                         classFrom(credentials.getEvidence()));
    const auto login = in.getLogin();
    out.login =
        Field<Login>({login.getUid(), login.getSessionId()}, classFrom(login.getEvidence()));
    const auto session = in.getSession();
    out.session = Field<Session>({session.getLeaderPid(), session.getTerminal()},
                                 classFrom(session.getEvidence()));
    for (const auto note : in.getNotes()) {
      if (Evidence* evidence = evidenceOf(note.getField(), out)) apply(note, *evidence);
    }
  }

  static void apply(schema::Note::Reader note, Evidence& evidence) {
    evidence.originalLength = note.getOriginalLength();
    evidence.errorNumber = note.getErrorNumber();
    evidence.afterGap = note.getAfterGap();
  }

 private:
  static Evidence* evidenceOf(schema::FieldName field, Image& image) {
    using Name = schema::FieldName;
    switch (field) {
      case Name::START:
        return &image.startEvidence;
      case Name::CREATOR:
        return &image.creator.evidence;
      case Name::EXECUTABLE:
        return &image.executable.evidence;
      case Name::FILE:
        return &image.file.evidence;
      case Name::ARGUMENTS:
        return &image.arguments.evidence;
      case Name::WORKING_DIRECTORY:
        return &image.workingDirectory.evidence;
      case Name::COMM:
        return &image.comm.evidence;
      case Name::CREDENTIALS:
        return &image.credentials.evidence;
      case Name::LOGIN:
        return &image.login.evidence;
      case Name::SESSION:
        return &image.session.evidence;
      default:
        return nullptr;
    }
  }

  const std::vector<Bytes>& strings_;
};

// The body as a T: the one that is there already, so that its vectors keep their memory, or a new
// one.
template <typename T>
T& bodyAs(Record& record) {
  if (auto* existing = std::get_if<T>(&record.body)) return *existing;
  return record.body.emplace<T>();
}

void decodeExec(const Decoder& decoder, schema::Exec::Reader in, Exec& out) {
  decoder.image(in.getImage(), out.image);
  decoder.bytesField(in.getTypedPath(), out.typedPath);
  out.tid = in.getTid();
  for (const auto note : in.getNotes()) {
    if (note.getField() == schema::FieldName::TYPED_PATH) {
      Decoder::apply(note, out.typedPath.evidence);
    }
  }
}

void decodeAttempt(const Decoder& decoder, schema::Attempt::Reader in, Attempt& out) {
  out.caller = idFrom(in.getCaller());
  out.number = in.getNumber();
  out.tid = in.getTid();
  out.errorNumber = in.getErrorNumber();
  out.systemCall = in.getSystemCall() == schema::Attempt::SystemCall::EXECVEAT
                       ? SystemCall::kExecveat
                       : SystemCall::kExecve;
  decoder.bytesField(in.getTypedPath(), out.typedPath);
  decoder.argumentsField(in.getArguments(), out.arguments);
  decoder.bytesField(in.getWorkingDirectory(), out.workingDirectory);
  for (const auto note : in.getNotes()) {
    switch (note.getField()) {
      case schema::FieldName::TYPED_PATH:
        Decoder::apply(note, out.typedPath.evidence);
        break;
      case schema::FieldName::ARGUMENTS:
        Decoder::apply(note, out.arguments.evidence);
        break;
      case schema::FieldName::WORKING_DIRECTORY:
        Decoder::apply(note, out.workingDirectory.evidence);
        break;
      default:
        break;
    }
  }
}

void decodeRecord(const Decoder& decoder, schema::Record::Reader in, Record& out) {
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
      bodyAs<Exit>(out) = {idFrom(in.getExit().getImage())};
      return;
    case schema::Record::GAP: {
      const auto gap = in.getGap();
      bodyAs<Gap>(out) = {gap.getSource() > schema::Source::PROCFS
                              ? Source::kUnknown
                              : static_cast<Source>(gap.getSource()),
                          gap.getFromNs(), gap.getToNs(), gap.getLostEvents()};
      return;
    }
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
  }

  capnp::FlatArrayMessageReader reader;
  capnp::List<schema::Record>::Reader records;
  std::vector<Bytes> strings;
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
    decodeRecord(Decoder(state_->strings), state_->records[static_cast<unsigned>(index)], record);
  });
}

}  // namespace exectrail::trace
