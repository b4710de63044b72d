// Fields of an image: what its record says, and what its context says.
#include <algorithm>
#include <array>

#include "analyzer/engine/facts.h"
#include "analyzer/engine/value.h"

namespace exectrail::analyzer {
namespace {

constexpr std::uint32_t kPermissionBits = 07777;
constexpr std::int64_t kNsPerSecond = 1'000'000'000;
constexpr std::size_t kMaxArgumentPaths = 16;

const trace::Evidence kSure{trace::EvidenceClass::kKernel};

// capabilities(7), by their numbers in linux/capability.h.
constexpr std::array<std::string_view, 41> kCapabilityNames = {"CAP_CHOWN",
                                                               "CAP_DAC_OVERRIDE",
                                                               "CAP_DAC_READ_SEARCH",
                                                               "CAP_FOWNER",
                                                               "CAP_FSETID",
                                                               "CAP_KILL",
                                                               "CAP_SETGID",
                                                               "CAP_SETUID",
                                                               "CAP_SETPCAP",
                                                               "CAP_LINUX_IMMUTABLE",
                                                               "CAP_NET_BIND_SERVICE",
                                                               "CAP_NET_BROADCAST",
                                                               "CAP_NET_ADMIN",
                                                               "CAP_NET_RAW",
                                                               "CAP_IPC_LOCK",
                                                               "CAP_IPC_OWNER",
                                                               "CAP_SYS_MODULE",
                                                               "CAP_SYS_RAWIO",
                                                               "CAP_SYS_CHROOT",
                                                               "CAP_SYS_PTRACE",
                                                               "CAP_SYS_PACCT",
                                                               "CAP_SYS_ADMIN",
                                                               "CAP_SYS_BOOT",
                                                               "CAP_SYS_NICE",
                                                               "CAP_SYS_RESOURCE",
                                                               "CAP_SYS_TIME",
                                                               "CAP_SYS_TTY_CONFIG",
                                                               "CAP_MKNOD",
                                                               "CAP_LEASE",
                                                               "CAP_AUDIT_WRITE",
                                                               "CAP_AUDIT_CONTROL",
                                                               "CAP_SETFCAP",
                                                               "CAP_MAC_OVERRIDE",
                                                               "CAP_MAC_ADMIN",
                                                               "CAP_SYSLOG",
                                                               "CAP_WAKE_ALARM",
                                                               "CAP_BLOCK_SUSPEND",
                                                               "CAP_AUDIT_READ",
                                                               "CAP_PERFMON",
                                                               "CAP_BPF",
                                                               "CAP_CHECKPOINT_RESTORE"};

Value fileValue(const Facts& facts, Attribute attribute, const World& world, std::uint64_t timeNs) {
  const trace::Field<trace::FileFacts>& file = facts.fileFacts();
  if (!file.known()) return {};
  const trace::FileFacts& value = file.value;
  switch (attribute) {
    case Attribute::kFileUid:
      return knownNumber(value.uid, file.evidence);
    case Attribute::kFileGid:
      return knownNumber(value.gid, file.evidence);
    case Attribute::kFileMode:
      return knownNumber(value.mode & kPermissionBits, file.evidence);
    case Attribute::kFileSize:
      return knownNumber(static_cast<std::int64_t>(value.sizeBytes), file.evidence);
    case Attribute::kFileLinkCount:
      return knownNumber(value.linkCount, file.evidence);
    case Attribute::kFileIdentity:
      return madeText(std::to_string(value.deviceMajor) + ":" + std::to_string(value.deviceMinor) +
                          ":" + std::to_string(value.inode) + ":" +
                          std::to_string(value.changeTimeNs),
                      file.evidence);
    case Attribute::kFileAge:
      if (world.header == nullptr) return {};
      return knownNumber(
          (world.header->clock.toRealtimeNs(timeNs) - value.changeTimeNs) / kNsPerSecond,
          file.evidence);
    default:
      return {};
  }
}

Value hashValue(const trace::Field<trace::Bytes>& hash) {
  if (!hash.known()) return {};
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (const char c : hash.value) {
    hex += kDigits[static_cast<unsigned char>(c) >> 4];
    hex += kDigits[static_cast<unsigned char>(c) & 15];
  }
  return madeText(std::move(hex), hash.evidence);
}

Value userValue(const trace::Field<trace::Credentials>& who, Attribute attribute) {
  if (!who.known()) return {};
  switch (attribute) {
    case Attribute::kUserId:
      return knownNumber(who.value.realUid, who.evidence);
    case Attribute::kEffectiveUserId:
      return knownNumber(who.value.effectiveUid, who.evidence);
    case Attribute::kGroupId:
      return knownNumber(who.value.realGid, who.evidence);
    default:
      return knownNumber(who.value.effectiveGid, who.evidence);
  }
}

Value loginValue(const trace::Field<trace::Login>& login, Attribute attribute) {
  if (!login.known()) return {};
  const std::uint32_t number =
      attribute == Attribute::kLoginId ? login.value.uid : login.value.sessionId;
  if (number == trace::kLoginNotSet) return absentValue(login.evidence);
  return knownNumber(number, login.evidence);
}

// Root is root everywhere. Others are known by the list of the host; containers have lists of their
// own, which nobody recorded.
Value nameOfUser(const trace::Context& context, Attribute attribute, const World& world) {
  const bool login = attribute == Attribute::kLoginName;
  if (login ? !context.login.known() : !context.credentials.known()) return {};
  const trace::Evidence& evidence = login ? context.login.evidence : context.credentials.evidence;
  const std::uint32_t uid = login ? context.login.value.uid : context.credentials.value.realUid;
  if (login && uid == trace::kLoginNotSet) return absentValue(evidence);
  if (uid == 0) return knownText("root", evidence);
  const bool contained = context.containerId.known() && !context.containerId.value.empty();
  if (world.header == nullptr || contained) return {};
  for (const trace::User& user : world.header->host.users) {
    if (user.uid == uid) return knownText(user.name, evidence);
  }
  return {};
}

Value privilegeValue(const trace::Field<trace::Privileges>& privileges, Attribute attribute) {
  if (!privileges.known()) return {};
  const trace::Privileges& value = privileges.value;
  if (attribute == Attribute::kNoNewPrivileges) {
    return knownNumber(value.noNewPrivileges ? 1 : 0, privileges.evidence);
  }
  if (attribute == Attribute::kSeccomp) {
    constexpr std::array<std::string_view, 3> kModes = {"none", "strict", "filter"};
    const auto mode = static_cast<std::size_t>(value.seccomp);
    return mode < kModes.size() ? knownText(kModes.at(mode), privileges.evidence) : Value();
  }
  const bool permitted = attribute == Attribute::kPermittedCapabilities;
  const std::uint64_t held = permitted ? value.permitted : value.effective;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < kCapabilityNames.size(); ++i) {
    if (((held >> i) & 1U) != 0) names.emplace_back(kCapabilityNames.at(i));
  }
  return madeList(std::move(names), privileges.evidence);
}

Value namespaceValue(const trace::Field<trace::Namespaces>& namespaces, Attribute attribute) {
  if (!namespaces.known()) return {};
  const trace::Namespaces& value = namespaces.value;
  std::uint64_t inode = value.mount;
  if (attribute == Attribute::kPidNamespace) inode = value.pid;
  if (attribute == Attribute::kUserNamespace) inode = value.user;
  if (attribute == Attribute::kNetNamespace) inode = value.net;
  if (inode == 0) return {};
  return knownNumber(static_cast<std::int64_t>(inode), namespaces.evidence);
}

// A variable that is not there is absent only if the recorder was asked to keep it.
Value variableValue(const trace::Field<trace::Environment>& environment, const std::string& name,
                    const World& world) {
  if (!environment.known()) return {};
  for (const trace::Bytes variable : environment.value) {
    if (variable.size() > name.size() && variable.starts_with(name) &&
        variable[name.size()] == '=') {
      Value value = knownText(variable.substr(name.size() + 1), environment.evidence);
      value.truncated = environment.evidence.truncated() && variable == environment.value.back();
      return value;
    }
  }
  const bool kept = world.header != nullptr &&
                    std::ranges::count(world.header->capture.environmentNames, name) > 0;
  return kept && !environment.evidence.truncated() ? absentValue(environment.evidence) : Value();
}

Value environmentValue(const trace::Field<trace::Environment>& environment) {
  if (!environment.known()) return {};
  Value value = knownList(TextList(environment.value), environment.evidence);
  value.truncated = environment.evidence.truncated();
  return value;
}

Value contextValue(const trace::Context& context, const FieldRef& field, const World& world) {
  switch (field.attribute) {
    case Attribute::kUserId:
    case Attribute::kEffectiveUserId:
    case Attribute::kGroupId:
    case Attribute::kEffectiveGroupId:
      return userValue(context.credentials, field.attribute);
    case Attribute::kUserName:
    case Attribute::kLoginName:
      return nameOfUser(context, field.attribute, world);
    case Attribute::kLoginId:
    case Attribute::kLoginSession:
      return loginValue(context.login, field.attribute);
    case Attribute::kSessionLeader:
      if (!context.session.known() || context.session.value.leaderPid == 0) return {};
      return knownNumber(context.session.value.leaderPid, context.session.evidence);
    case Attribute::kHasTerminal:
      if (!context.session.known()) return {};
      return knownNumber(context.session.value.terminal != 0 ? 1 : 0, context.session.evidence);
    case Attribute::kCapabilities:
    case Attribute::kPermittedCapabilities:
    case Attribute::kNoNewPrivileges:
    case Attribute::kSeccomp:
      return privilegeValue(context.privileges, field.attribute);
    case Attribute::kMountNamespace:
    case Attribute::kPidNamespace:
    case Attribute::kUserNamespace:
    case Attribute::kNetNamespace:
      return namespaceValue(context.namespaces, field.attribute);
    case Attribute::kCgroup:
      return textValue(context.cgroup);
    case Attribute::kContainer:
      return textValue(context.containerId);
    case Attribute::kEnvironment:
      return environmentValue(context.environment);
    case Attribute::kVariable:
      return variableValue(context.environment, field.key, world);
    default:
      return {};
  }
}

Value placeValue(const Facts& facts, Attribute attribute) {
  if (facts.place().kind != PlaceKind::kPath) return {};
  const trace::Evidence& evidence = facts.file().executableEvidence;
  if (attribute == Attribute::kName) {
    if (evidence.truncated()) return {};
    Value value = knownText(facts.name(), evidence);
    value.kept = facts.nameText();
    return value;
  }
  Value value = knownText(facts.place().path, evidence);
  value.kept = facts.file().placeAs.get();
  value.truncated = evidence.truncated();
  return value;
}

// The part of an argument that could be a path: all of it, or what follows `-o` or `--output=`.
std::string_view pathPart(std::string_view argument) {
  if (argument.starts_with('-')) {
    const std::size_t equal = argument.find('=');
    const std::size_t slash = argument.find('/');
    if (equal != std::string_view::npos) return argument.substr(equal + 1);
    return slash == std::string_view::npos ? std::string_view() : argument.substr(slash);
  }
  const std::size_t of = argument.find("of=");  // dd
  return of == 0 ? argument.substr(3) : argument;
}

}  // namespace

Value argumentsValue(const FieldRef& field, const trace::Field<TextList>& arguments,
                     const trace::Field<trace::Bytes>& workingDirectory) {
  if (!arguments.known()) return {};
  const bool truncated = arguments.evidence.truncated();
  if (field.attribute == Attribute::kArguments) {
    Value value = knownList(arguments.value, arguments.evidence);
    value.truncated = truncated;
    return value;
  }
  if (field.attribute == Attribute::kArgument) {
    if (field.index >= arguments.value.size()) {
      return truncated ? Value() : absentValue(arguments.evidence);
    }
    Value value = knownText(arguments.value[field.index], arguments.evidence);
    value.kept = arguments.value.text(field.index);
    // Only the last one that was recorded can have been cut.
    value.truncated = truncated && field.index + 1 == arguments.value.size();
    return value;
  }
  std::optional<std::string_view> cwd;
  if (workingDirectory.known()) cwd = workingDirectory.value;
  std::vector<std::string> paths;
  for (std::size_t i = 1; i < arguments.value.size() && paths.size() < kMaxArgumentPaths; ++i) {
    const std::string_view part = pathPart(arguments.value[i]);
    if (part.empty()) continue;
    Place place = placeOfTyped(part, cwd);
    if (place.kind == PlaceKind::kPath) paths.push_back(std::move(place.path));
  }
  Value value = madeList(std::move(paths), arguments.evidence);
  value.truncated = truncated;
  return value;
}

Value imageValue(const ImageNode& node, const FieldRef& field, const World& world,
                 std::uint64_t timeNs) {
  if (field.attribute == Attribute::kPid) return knownNumber(node.id.tgid, kSure);
  if (field.attribute == Attribute::kSnapshot) return knownNumber(node.snapshot ? 1 : 0, kSure);
  const Facts* facts = knownFacts(node);
  if (facts == nullptr) return {};
  switch (field.attribute) {
    case Attribute::kExecutable:
    case Attribute::kName:
      return placeValue(*facts, field.attribute);
    case Attribute::kComm:
      return textValue(facts->comm());
    case Attribute::kParentPid: {
      const auto parentPid = facts->parentPid();
      return parentPid.known() ? knownNumber(parentPid.value, parentPid.evidence) : Value();
    }
    case Attribute::kArguments:
    case Attribute::kArgument:
    case Attribute::kArgumentPaths:
      return argumentsValue(field, facts->arguments(), facts->workingDirectory());
    case Attribute::kWorkingDirectory:
      return textValue(facts->workingDirectory());
    case Attribute::kSecure: {
      const auto secure = facts->secure();
      return secure.known() ? knownNumber(secure.value ? 1 : 0, secure.evidence) : Value();
    }
    case Attribute::kFileHash:
      return hashValue(facts->sha256());
    case Attribute::kFileUid:
    case Attribute::kFileGid:
    case Attribute::kFileMode:
    case Attribute::kFileSize:
    case Attribute::kFileLinkCount:
    case Attribute::kFileAge:
    case Attribute::kFileIdentity:
      return fileValue(*facts, field.attribute, world, timeNs);
    default:
      return contextValue(facts->context(), field, world);
  }
}

}  // namespace exectrail::analyzer
