#include "trace/raw_image.h"

namespace exectrail::trace {
namespace {

// The data of an Image. Offsets: `capnp compile -ocapnp schema.capnp`; they never change.
struct RawImage {
  std::uint16_t startEvidence;
  std::uint16_t creatorEdge;
  std::uint32_t creatorTgid;
  std::uint32_t creatorExecNumber;
  std::uint16_t creatorEvidence;
  std::uint16_t parentPidEvidence;
  std::uint64_t creatorStartNs;
  std::uint32_t parentPid;
  std::uint32_t file;
  std::uint32_t context;
  std::uint16_t argumentsEvidence;
  std::uint16_t shapeEvidence;
  std::uint32_t shapeCount;
  std::uint32_t shapeTail;
  std::uint32_t workingDirectory;
  std::uint16_t workingDirectoryEvidence;
  std::uint16_t commEvidence;
  std::uint32_t comm;
  std::uint16_t secure;  // bit 0
  std::uint16_t secureEvidence;
  std::uint32_t typedPath;
  std::uint16_t typedPathEvidence;
  std::uint16_t interpreterEvidence;
  std::uint32_t interpreter;
  std::uint32_t tid;
};
constexpr std::uint32_t kWordsOfImage = 10;
constexpr std::uint32_t kArguments = 0;  // pointers
constexpr std::uint32_t kNotes = 1;
static_assert(sizeof(RawImage) == kWordsOfImage * kWord);

Evidence evidenceFrom(std::uint16_t raw) {
  return {classFrom(static_cast<schema::EvidenceClass>(raw)), 0, false, 0};
}

void set(Field<Bytes>& out, Bytes value, std::uint16_t evidence) {
  out.value = value;
  out.evidence = evidenceFrom(evidence);
}

}  // namespace

RawResult decodeRawExec(RawMessage& message, const std::byte* at, const PartDecoder& decoder,
                        Exec& out) {
  const auto found = message.structAt(at);
  if (!found || found->dataWords < kWordsOfImage || found->pointers <= kNotes) {
    return RawResult::kOther;
  }
  const auto arguments =
      message.listAt(found->pointer(kArguments), RawMessage::ElementSize::kFourBytes);
  if (!arguments) return RawResult::kOther;

  const auto in = loadRaw<RawImage>(found->data);
  Image& image = out.image;
  image.startEvidence = evidenceFrom(in.startEvidence);
  image.creator.value.id = {in.creatorTgid, in.creatorExecNumber, in.creatorStartNs};
  image.creator.value.edge = enumFrom<CreatorEdge>(static_cast<schema::CreatorEdge>(in.creatorEdge),
                                                   schema::CreatorEdge::TOP);
  image.creator.evidence = evidenceFrom(in.creatorEvidence);
  image.parentPid.value = in.parentPid;
  image.parentPid.evidence = evidenceFrom(in.parentPidEvidence);
  const ExecutedFile& file = decoder.fileAt(in.file);
  image.executable = file.executable;
  image.identity = file.identity;
  image.file = file.facts;
  image.sha256 = file.sha256;
  image.arguments.value.resize(arguments->count);
  for (std::uint32_t i = 0; i < arguments->count; ++i) {
    image.arguments.value[i] =
        decoder.bytes(loadRaw<std::uint32_t>(arguments->elements + i * sizeof i));
  }
  image.arguments.evidence = evidenceFrom(in.argumentsEvidence);
  image.argumentShape.value = {in.shapeCount, in.shapeTail};
  image.argumentShape.evidence = evidenceFrom(in.shapeEvidence);
  set(image.workingDirectory, decoder.bytes(in.workingDirectory), in.workingDirectoryEvidence);
  set(image.comm, decoder.bytes(in.comm), in.commEvidence);
  image.secure.value = (in.secure & 1) != 0;
  image.secure.evidence = evidenceFrom(in.secureEvidence);
  image.context = &decoder.contextAt(in.context);
  set(out.typedPath, decoder.bytes(in.typedPath), in.typedPathEvidence);
  set(out.interpreter, decoder.bytes(in.interpreter), in.interpreterEvidence);
  out.tid = in.tid;
  return loadRaw<std::uint64_t>(found->pointer(kNotes)) == 0 ? RawResult::kDone
                                                             : RawResult::kHasNotes;
}

}  // namespace exectrail::trace
