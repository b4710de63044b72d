#include "recorder/assembly/exec_evidence.h"

#include "recorder/proc/cgroup.h"

namespace exectrail::recorder {
namespace {

using trace::Bytes;
using trace::EvidenceClass;

trace::Field<std::vector<Bytes>> view(const trace::Field<std::vector<std::string>>& field) {
  return {std::vector<Bytes>(field.value.begin(), field.value.end()), field.evidence};
}

Bytes lastComponent(Bytes path) { return path.substr(path.rfind('/') + 1); }

void fillFile(const ExecEvidence& evidence, trace::Image& image) {
  if (evidence.sideBand.maps.empty()) return;
  const MapEvent& mapped = evidence.sideBand.maps.front();
  if (mapped.identity.inode != 0) {
    image.identity = {mapped.identity, EvidenceClass::kKernel};
    image.file = evidence.file;
  }
  if (!evidence.unreachablePath.empty()) {
    image.executable = {Bytes(evidence.unreachablePath), EvidenceClass::kInferred};
    return;
  }
  // A path longer than PATH_MAX has no name there.
  if (mapped.path.empty()) return;
  // In a changed root the kernel's path begins there; /proc tells where that is.
  const bool belowOtherRoot = image.executable.known() &&
                              image.executable.value.size() > mapped.path.size() &&
                              image.executable.value.ends_with(mapped.path) && image.file.known();
  if (belowOtherRoot) return;
  if (image.executable.known() || evidence.rootKnown) {
    image.executable = {Bytes(mapped.path), EvidenceClass::kKernel};
    return;
  }
  const bool below = evidence.knownPath != nullptr && evidence.knownPath->ends_with(mapped.path);
  image.executable = {Bytes(below ? *evidence.knownPath : mapped.path), EvidenceClass::kInferred};
}

void fillArguments(const ExecEvidence& evidence, trace::Image& image) {
  const StackReading* stack = evidence.event.stack.get();
  if (stack != nullptr) {
    image.argumentShape = stack->argumentShape;
    image.secure = stack->secure;
    if (stack->arguments.known() || !image.arguments.known()) {
      image.arguments = view(stack->arguments);
    }
  }
  if (image.arguments.known() && !image.argumentShape.known() &&
      !image.arguments.evidence.truncated()) {
    const auto count = static_cast<std::uint32_t>(image.arguments.value.size());
    image.argumentShape = {{count, count}, image.arguments.evidence.evidenceClass};
  }
}

// Kernels before 6.10 do not name the interpreter. A `#!` line puts it in front of the typed path.
trace::Field<Bytes> interpreterFromArguments(const trace::Exec& exec) {
  const trace::Image& image = exec.image;
  if (!image.arguments.known() || !image.executable.known() || !exec.typedPath.known()) return {};
  const trace::Arguments& args = image.arguments.value;
  const Bytes typed = exec.typedPath.value;
  const bool behind =
      (args.size() > 1 && args[1] == typed) || (args.size() > 2 && args[2] == typed);
  if (behind && lastComponent(image.executable.value) != lastComponent(typed)) {
    return {args[0], EvidenceClass::kInferred};
  }
  return {};
}

// What the kernel gave the new image wins: nothing came in between. Numbers of a user namespace of
// its own are no numbers of the host.
void fillCredentials(const ExecEvidence& evidence, trace::Context& context) {
  constexpr std::uint64_t kInitialUserNamespace = 0xEFFFFFFD;  // PROC_USER_INIT_INO
  const StackReading* stack = evidence.event.stack.get();
  const bool hosts =
      context.namespaces.known() && context.namespaces.value.user == kInitialUserNamespace;
  if (stack == nullptr || !stack->credentials.known() || !hosts) return;
  context.credentials = stack->credentials;
}

void fillInterpreter(const ExecEvidence& evidence, trace::Exec& exec) {
  const SideBand& sideBand = evidence.sideBand;
  if (!sideBand.interp || sideBand.filename != evidence.event.filename) {
    exec.interpreter = interpreterFromArguments(exec);
    return;
  }
  const bool direct = *sideBand.interp == sideBand.filename;
  exec.interpreter = {direct ? Bytes() : Bytes(*sideBand.interp), EvidenceClass::kKernel};
}

}  // namespace

void fillExec(const ExecEvidence& evidence, trace::Exec& exec, trace::Context& context) {
  trace::Image& image = exec.image;
  image.context = &context;
  if (evidence.reading != nullptr) fillImage(*evidence.reading, image, context);
  exec.typedPath = {Bytes(evidence.event.filename), EvidenceClass::kKernel};
  exec.tid = static_cast<std::uint32_t>(evidence.event.oldTid);
  fillFile(evidence, image);
  fillArguments(evidence, image);
  fillInterpreter(evidence, exec);
  if (evidence.sideBand.comm) image.comm = {Bytes(*evidence.sideBand.comm), EvidenceClass::kKernel};
  if (evidence.namespaces.known()) context.namespaces = evidence.namespaces;
  if (evidence.cgroup != nullptr) {
    context.cgroup = {Bytes(*evidence.cgroup), EvidenceClass::kKernel};
    context.containerId = {containerIdOf(*evidence.cgroup), EvidenceClass::kInferred};
  }
  fillCredentials(evidence, context);
  if (!context.login.known() && evidence.login.known()) {
    context.login = {evidence.login.value, EvidenceClass::kInferred};
  }
  if (evidence.event.stack) context.environment = view(evidence.event.stack->environment);
}

}  // namespace exectrail::recorder
