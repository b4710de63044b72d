// Each list and index is checked here, each pointer by Cap'n Proto.
#include "trace/record_decoder.h"

namespace exectrail::trace {
namespace {

constexpr std::size_t kWordsOfMount = 5;  // at least, however old the writer

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

void requireWords(std::size_t count, std::size_t wordsEach, std::size_t words, const char* what) {
  if (count > words / wordsEach) {
    throw BadMessage(std::to_string(count) + " " + what + " in " + std::to_string(words) +
                     " words");
  }
}

void decodeBody(const schema::Record::Reader& in, const PartDecoder& decoder, std::size_t words,
                Arguments& spare, Record& out) {
  const ImageId image = idFrom(in.getImage());
  switch (in.which()) {
    case schema::Record::SNAPSHOT: {
      auto& snapshot = bodyAs<Snapshot>(out, spare);
      snapshot.image.id = image;
      decoder.image(in.getSnapshot(), snapshot.image);
      return;
    }
    case schema::Record::EXEC: {
      auto& exec = bodyAs<Exec>(out, spare);
      exec.image.id = image;
      decoder.exec(in.getExec(), exec);
      return;
    }
    case schema::Record::EXIT: {
      const auto exit = in.getExit();
      auto& body = bodyAs<Exit>(out, spare);
      body = {image, Field<std::uint32_t>(exit.getStatus(), classFrom(exit.getEvidence()))};
      for (const auto note : exit.getNotes()) {
        if (note.getField() == schema::FieldName::STATUS) applyNote(note, body.status.evidence);
      }
      return;
    }
    case schema::Record::ATTEMPT: {
      auto& attempt = bodyAs<Attempt>(out, spare);
      attempt.caller = image;
      decodeAttempt(decoder, in.getAttempt(), attempt);
      return;
    }
    case schema::Record::GAP: {
      const auto gap = in.getGap();
      bodyAs<Gap>(out, spare) = {enumFrom<Source>(gap.getSource(), schema::Source::IMPORT),
                                 gap.getFromNs(), gap.getToNs(), gap.getLostEvents()};
      return;
    }
    case schema::Record::MAPPING: {
      auto& mapping = bodyAs<Mapping>(out, spare);
      mapping.image = image;
      decodeMapping(decoder, in.getMapping(), mapping);
      return;
    }
    case schema::Record::ATTEMPT_TALLY:
      bodyAs<AttemptTally>(out, spare) = tallyFrom(image, in.getAttemptTally());
      return;
    case schema::Record::MOUNT_TABLE:
      decodeMountTable(decoder, words, in.getMountTable(), bodyAs<MountTable>(out, spare));
      return;
    case schema::Record::HEARTBEAT:
      bodyAs<Heartbeat>(out, spare) = heartbeatFrom(in.getHeartbeat());
      return;
    case schema::Record::FILE_HASH: {
      const ExecutedFile& file = decoder.fileAt(in.getFileHash().getFile());
      bodyAs<FileHash>(out, spare) = {image, file.facts, file.sha256};
      return;
    }
    default:
      out.body = std::monostate{};  // of a kind that only a newer version knows
  }
}

}  // namespace exectrail::trace
