#include "trace/image_encoder.h"

namespace exectrail::trace {
namespace {

using Name = schema::FieldName;

void encodeFacts(schema::File::Facts::Builder out, const Field<FileFacts>& field) {
  const FileFacts& file = field.value;
  out.setDeviceMajor(file.deviceMajor);
  out.setDeviceMinor(file.deviceMinor);
  out.setInode(file.inode);
  out.setMode(file.mode);
  out.setUid(file.uid);
  out.setGid(file.gid);
  out.setSizeBytes(file.sizeBytes);
  out.setLinkCount(file.linkCount);
  out.setChangeTimeNs(file.changeTimeNs);
  out.setEvidence(classOf(field.evidence));
}

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

void encodeFile(schema::File::Builder out, const ExecutedFile& file) {
  Notes notes;
  encodeBytes(out.getExecutable(), file.executable);
  notes.add(Name::EXECUTABLE, file.executable.evidence);
  encodeIdentity(out.getIdentity(), file.identity);
  notes.add(Name::IDENTITY, file.identity.evidence);
  encodeFacts(out.getFacts(), file.facts);
  notes.add(Name::FILE, file.facts.evidence);
  encodeBytes(out.getSha256(), file.sha256);
  notes.add(Name::SHA256, file.sha256.evidence);
  notes.store(out);
}

namespace {

void encodeImage(schema::Image::Builder out, const Image& image, const ImageIndexes& indexes,
                 Notes& notes) {
  out.setStartEvidence(classOf(image.startEvidence));
  notes.add(Name::START, image.startEvidence);

  auto creator = out.getCreator();
  creator.setTgid(image.creator.value.id.tgid);
  creator.setExecNumber(image.creator.value.id.execNumber);
  creator.setStartNs(image.creator.value.id.startNs);
  creator.setEdge(static_cast<schema::CreatorEdge>(image.creator.value.edge));
  creator.setEvidence(classOf(image.creator.evidence));
  notes.add(Name::CREATOR, image.creator.evidence);
  out.getParentPid().setValue(image.parentPid.value);
  out.getParentPid().setEvidence(classOf(image.parentPid.evidence));
  notes.add(Name::PARENT_PID, image.parentPid.evidence);

  encodeList(out.getArguments(), image.arguments);
  notes.add(Name::ARGUMENTS, image.arguments.evidence);
  auto shape = out.getArgumentShape();
  shape.setCount(image.argumentShape.value.count);
  shape.setTail(image.argumentShape.value.tail);
  shape.setEvidence(classOf(image.argumentShape.evidence));
  notes.add(Name::ARGUMENT_SHAPE, image.argumentShape.evidence);

  encodeBytes(out.getWorkingDirectory(), image.workingDirectory);
  notes.add(Name::WORKING_DIRECTORY, image.workingDirectory.evidence);
  encodeBytes(out.getComm(), image.comm);
  notes.add(Name::COMM, image.comm.evidence);
  out.getSecure().setValue(image.secure.value);
  out.getSecure().setEvidence(classOf(image.secure.evidence));
  notes.add(Name::SECURE, image.secure.evidence);
  out.setFile(indexes.file);
  out.setContext(indexes.context);
}

}  // namespace

void encodeImage(schema::Image::Builder out, const Image& image, const ImageIndexes& indexes) {
  Notes notes;
  encodeImage(out, image, indexes, notes);
  notes.store(out);
}

void encodeExec(schema::Image::Builder out, const Exec& exec, const ImageIndexes& indexes) {
  Notes notes;
  encodeImage(out, exec.image, indexes, notes);
  encodeBytes(out.getTypedPath(), exec.typedPath);
  notes.add(Name::TYPED_PATH, exec.typedPath.evidence);
  encodeBytes(out.getInterpreter(), exec.interpreter);
  notes.add(Name::INTERPRETER, exec.interpreter.evidence);
  out.setTid(exec.tid);
  notes.store(out);
}

void encodeContext(schema::Context::Builder out, const Context& context) {
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
  encodeBytes(out.getCgroup(), context.cgroup);
  notes.add(Name::CGROUP, context.cgroup.evidence);
  encodeBytes(out.getContainerId(), context.containerId);
  notes.add(Name::CONTAINER_ID, context.containerId.evidence);
  encodeList(out.getEnvironment(), context.environment);
  notes.add(Name::ENVIRONMENT, context.environment.evidence);
  notes.store(out);
}

}  // namespace exectrail::trace
