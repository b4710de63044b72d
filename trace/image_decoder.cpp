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
    case Name::EXECUTABLE:
      return &image.executable.evidence;
    case Name::IDENTITY:
      return &image.identity.evidence;
    case Name::FILE:
      return &image.file.evidence;
    case Name::SHA256:
      return &image.sha256.evidence;
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
void applyNotes(Notes notes, Owner& owner) {
  for (const auto note : notes) {
    if (Evidence* evidence = evidenceOf(note.getField(), owner)) applyNote(note, *evidence);
  }
}

}  // namespace

void PartDecoder::image(schema::Image::Reader in, Image& out) const {
  out.id = idFrom(in.getId());
  out.startEvidence = Evidence{classFrom(in.getStartEvidence())};
  const auto creator = in.getCreator();
  out.creator = Field<Creator>(
      {idFrom(creator.getId()), enumFrom<CreatorEdge>(creator.getEdge(), schema::CreatorEdge::TOP)},
      classFrom(creator.getEvidence()));
  out.parentPid = Field<std::uint32_t>(in.getParentPid().getValue(),
                                       classFrom(in.getParentPid().getEvidence()));
  bytesField(in.getExecutable(), out.executable);
  identityField(in.getIdentity(), out.identity);
  fileField(in.getFile(), out.file);
  bytesField(in.getSha256(), out.sha256);
  listField(in.getArguments(), out.arguments);
  const auto shape = in.getArgumentShape();
  out.argumentShape =
      Field<ArgumentShape>({shape.getCount(), shape.getTail()}, classFrom(shape.getEvidence()));
  bytesField(in.getWorkingDirectory(), out.workingDirectory);
  bytesField(in.getComm(), out.comm);
  out.secure = Field<bool>(in.getSecure().getValue(), classFrom(in.getSecure().getEvidence()));
  const std::uint32_t context = in.getContext();
  if (context >= contexts_.size()) badIndex("context", context, contexts_.size());
  out.context = &contexts_[context];
  applyNotes(in.getNotes(), out);
}

void PartDecoder::context(schema::Context::Reader in, Context& out) const {
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
