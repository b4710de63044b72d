#include "trace/image_decoder.h"

namespace exectrail::trace {
namespace {

using Name = schema::FieldName;

Evidence* evidenceOf(Name field, Image& image) {
  switch (field) {
    case Name::START:
      return &image.startEvidence;
    case Name::CREATOR:
      return &image.creator.evidence;
    case Name::PARENT_PID:
      return &image.parentPid.evidence;
    case Name::ARGUMENTS:
      return &image.arguments.evidence;
    case Name::ARGUMENT_SHAPE:
      return &image.argumentShape.evidence;
    case Name::WORKING_DIRECTORY:
      return &image.workingDirectory.evidence;
    case Name::COMM:
      return &image.comm.evidence;
    case Name::SECURE:
      return &image.secure.evidence;
    default:
      return nullptr;
  }
}

Evidence* evidenceOf(Name field, Exec& exec) {
  if (field == Name::TYPED_PATH) return &exec.typedPath.evidence;
  if (field == Name::INTERPRETER) return &exec.interpreter.evidence;
  return evidenceOf(field, exec.image);
}

Evidence* evidenceOf(Name field, ExecutedFile& file) {
  switch (field) {
    case Name::EXECUTABLE:
      return &file.executable.evidence;
    case Name::IDENTITY:
      return &file.identity.evidence;
    case Name::FILE:
      return &file.facts.evidence;
    case Name::SHA256:
      return &file.sha256.evidence;
    default:
      return nullptr;
  }
}

Evidence* evidenceOf(Name field, Context& context) {
  switch (field) {
    case Name::CREDENTIALS:
      return &context.credentials.evidence;
    case Name::LOGIN:
      return &context.login.evidence;
    case Name::SESSION:
      return &context.session.evidence;
    case Name::PRIVILEGES:
      return &context.privileges.evidence;
    case Name::NAMESPACES:
      return &context.namespaces.evidence;
    case Name::CGROUP:
      return &context.cgroup.evidence;
    case Name::CONTAINER_ID:
      return &context.containerId.evidence;
    case Name::ENVIRONMENT:
      return &context.environment.evidence;
    default:
      return nullptr;
  }
}

template <typename Notes, typename Owner>
void applyNotes(const Notes& notes, Owner& owner) {
  for (const auto note : notes) {
    if (Evidence* evidence = evidenceOf(note.getField(), owner)) applyNote(note, *evidence);
  }
}

}  // namespace

void PartDecoder::imageParts(const schema::Image::Reader& in, Image& out) const {
  out.startEvidence = Evidence{classFrom(in.getStartEvidence())};
  const auto creator = in.getCreator();
  out.creator = Field<Creator>(
      {idFrom(creator), enumFrom<CreatorEdge>(creator.getEdge(), schema::CreatorEdge::TOP)},
      classFrom(creator.getEvidence()));
  out.parentPid = Field<std::uint32_t>(in.getParentPid().getValue(),
                                       classFrom(in.getParentPid().getEvidence()));
  const ExecutedFile& file = fileAt(in.getFile());
  out.executable = file.executable;
  out.identity = file.identity;
  out.file = file.facts;
  out.sha256 = file.sha256;
  listField(in.getArguments(), out.arguments);
  const auto shape = in.getArgumentShape();
  out.argumentShape =
      Field<ArgumentShape>({shape.getCount(), shape.getTail()}, classFrom(shape.getEvidence()));
  bytesField(in.getWorkingDirectory(), out.workingDirectory);
  bytesField(in.getComm(), out.comm);
  out.secure = Field<bool>(in.getSecure().getValue(), classFrom(in.getSecure().getEvidence()));
  out.context = &contextAt(in.getContext());
}

void PartDecoder::image(const schema::Image::Reader& in, Image& out) const {
  imageParts(in, out);
  if (in.hasNotes()) applyNotes(in.getNotes(), out);
}

void PartDecoder::exec(const schema::Image::Reader& in, Exec& out) const {
  imageParts(in, out.image);
  bytesField(in.getTypedPath(), out.typedPath);
  bytesField(in.getInterpreter(), out.interpreter);
  out.tid = in.getTid();
  notes(in, out);
}

void PartDecoder::notes(const schema::Image::Reader& in, Exec& out) {
  if (in.hasNotes()) applyNotes(in.getNotes(), out);
}

void PartDecoder::file(const schema::File::Reader& in, ExecutedFile& out) const {
  bytesField(in.getExecutable(), out.executable);
  identityField(in.getIdentity(), out.identity);
  const auto facts = in.getFacts();
  out.facts =
      Field<FileFacts>({facts.getDeviceMajor(), facts.getDeviceMinor(), facts.getInode(),
                        facts.getMode(), facts.getUid(), facts.getGid(), facts.getSizeBytes(),
                        facts.getLinkCount(), facts.getChangeTimeNs()},
                       classFrom(facts.getEvidence()));
  bytesField(in.getSha256(), out.sha256);
  applyNotes(in.getNotes(), out);
}

void PartDecoder::context(const schema::Context::Reader& in, Context& out) const {
  const auto credentials = in.getCredentials();
  out.credentials = Field<Credentials>({credentials.getRealUid(), credentials.getEffectiveUid(),
                                        credentials.getRealGid(), credentials.getEffectiveGid()},
                                       classFrom(credentials.getEvidence()));
  const auto login = in.getLogin();
  out.login = Field<Login>({login.getUid(), login.getSessionId()}, classFrom(login.getEvidence()));
  const auto session = in.getSession();
  out.session = Field<Session>({session.getLeaderPid(), session.getTerminal()},
                               classFrom(session.getEvidence()));
  const auto privileges = in.getPrivileges();
  const auto seccomp = privileges.getSeccomp();
  out.privileges = Field<Privileges>(
      {privileges.getEffective(), privileges.getPermitted(), privileges.getInheritable(),
       privileges.getBounding(), privileges.getAmbient(), privileges.getNoNewPrivileges(),
       seccomp > schema::Context::SeccompMode::UNKNOWN ? SeccompMode::kUnknown
                                                       : static_cast<SeccompMode>(seccomp)},
      classFrom(privileges.getEvidence()));
  const auto namespaces = in.getNamespaces();
  out.namespaces = Field<Namespaces>(
      {namespaces.getMount(), namespaces.getUts(), namespaces.getIpc(), namespaces.getPid(),
       namespaces.getUser(), namespaces.getNet(), namespaces.getCgroup()},
      classFrom(namespaces.getEvidence()));
  bytesField(in.getCgroup(), out.cgroup);
  bytesField(in.getContainerId(), out.containerId);
  listField(in.getEnvironment(), out.environment);
  applyNotes(in.getNotes(), out);
}

}  // namespace exectrail::trace
