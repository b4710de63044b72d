#include "trace/image_encoder.h"

namespace exectrail::trace {
namespace {

using Name = schema::FieldName;

void encodeCredentials(schema::Context::Credentials::Builder out, const Field<Credentials>& field) {
  out.setRealUid(field.value.realUid);
  out.setEffectiveUid(field.value.effectiveUid);
  out.setRealGid(field.value.realGid);
  out.setEffectiveGid(field.value.effectiveGid);
  out.setEvidence(classOf(field.evidence));
}

void encodePrivileges(schema::Context::Privileges::Builder out, const Field<Privileges>& field) {
  const Privileges& value = field.value;
  out.setEffective(value.effective);
  out.setPermitted(value.permitted);
  out.setInheritable(value.inheritable);
  out.setBounding(value.bounding);
  out.setAmbient(value.ambient);
  out.setNoNewPrivileges(value.noNewPrivileges);
  out.setSeccomp(static_cast<schema::Context::SeccompMode>(value.seccomp));
  out.setEvidence(classOf(field.evidence));
}

void encodeNamespaces(schema::Context::Namespaces::Builder out, const Field<Namespaces>& field) {
  const Namespaces& value = field.value;
  out.setMount(value.mount);
  out.setUts(value.uts);
  out.setIpc(value.ipc);
  out.setPid(value.pid);
  out.setUser(value.user);
  out.setNet(value.net);
  out.setCgroup(value.cgroup);
  out.setEvidence(classOf(field.evidence));
}

}  // namespace

void encodeId(schema::ImageId::Builder out, const ImageId& id) {
  out.setTgid(id.tgid);
  out.setExecNumber(id.execNumber);
  out.setStartNs(id.startNs);
}

void encodeImage(schema::Image::Builder out, const Image& image, std::uint32_t contextIndex,
                 StringTable& strings) {
  Notes notes;
  encodeId(out.initId(), image.id);
  out.setStartEvidence(classOf(image.startEvidence));
  notes.add(Name::START, image.startEvidence);

  auto creator = out.getCreator();
  if (image.creator.value.id != ImageId{}) encodeId(creator.initId(), image.creator.value.id);
  creator.setEdge(static_cast<schema::CreatorEdge>(image.creator.value.edge));
  creator.setEvidence(classOf(image.creator.evidence));
  notes.add(Name::CREATOR, image.creator.evidence);
  out.getParentPid().setValue(image.parentPid.value);
  out.getParentPid().setEvidence(classOf(image.parentPid.evidence));
  notes.add(Name::PARENT_PID, image.parentPid.evidence);

  encodeBytes(out.getExecutable(), image.executable, strings);
  notes.add(Name::EXECUTABLE, image.executable.evidence);
  encodeIdentity(out.getIdentity(), image.identity);
  notes.add(Name::IDENTITY, image.identity.evidence);
  encodeFile(out.getFile(), image.file);
  notes.add(Name::FILE, image.file.evidence);
  encodeBytes(out.getSha256(), image.sha256, strings);
  notes.add(Name::SHA256, image.sha256.evidence);

  encodeList(out.getArguments(), image.arguments, strings);
  notes.add(Name::ARGUMENTS, image.arguments.evidence);
  auto shape = out.getArgumentShape();
  shape.setCount(image.argumentShape.value.count);
  shape.setTail(image.argumentShape.value.tail);
  shape.setEvidence(classOf(image.argumentShape.evidence));
  notes.add(Name::ARGUMENT_SHAPE, image.argumentShape.evidence);

  encodeBytes(out.getWorkingDirectory(), image.workingDirectory, strings);
  notes.add(Name::WORKING_DIRECTORY, image.workingDirectory.evidence);
  encodeBytes(out.getComm(), image.comm, strings);
  notes.add(Name::COMM, image.comm.evidence);
  out.getSecure().setValue(image.secure.value);
  out.getSecure().setEvidence(classOf(image.secure.evidence));
  notes.add(Name::SECURE, image.secure.evidence);
  out.setContext(contextIndex);
  notes.store(out);
}

void encodeContext(schema::Context::Builder out, const Context& context, StringTable& strings) {
  Notes notes;
  encodeCredentials(out.getCredentials(), context.credentials);
  notes.add(Name::CREDENTIALS, context.credentials.evidence);

  auto login = out.getLogin();
  login.setUid(context.login.value.uid);
  login.setSessionId(context.login.value.sessionId);
  login.setEvidence(classOf(context.login.evidence));
  notes.add(Name::LOGIN, context.login.evidence);

  auto session = out.getSession();
  session.setLeaderPid(context.session.value.leaderPid);
  session.setTerminal(context.session.value.terminal);
  session.setEvidence(classOf(context.session.evidence));
  notes.add(Name::SESSION, context.session.evidence);

  encodePrivileges(out.getPrivileges(), context.privileges);
  notes.add(Name::PRIVILEGES, context.privileges.evidence);
  encodeNamespaces(out.getNamespaces(), context.namespaces);
  notes.add(Name::NAMESPACES, context.namespaces.evidence);
  encodeBytes(out.getCgroup(), context.cgroup, strings);
  notes.add(Name::CGROUP, context.cgroup.evidence);
  encodeBytes(out.getContainerId(), context.containerId, strings);
  notes.add(Name::CONTAINER_ID, context.containerId.evidence);
  encodeList(out.getEnvironment(), context.environment, strings);
  notes.add(Name::ENVIRONMENT, context.environment.evidence);
  notes.store(out);
}

}  // namespace exectrail::trace
