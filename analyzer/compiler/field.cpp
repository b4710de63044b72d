#include "analyzer/compiler/field.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace exectrail::analyzer {
namespace {

using enum Subject;
using enum Attribute;

// What an exec, an attempt or a mapping has, and no image.
const std::array kFields = {
    FieldSpec{"file.path", {kExec, kPath}, Type::kText, true},
    FieldSpec{"file.name", {kExec, kFileName}, Type::kText},
    FieldSpec{"typed_path", {kExec, kTypedPath}, Type::kText, true},
    FieldSpec{"class", {kExec, kClass}, Type::kClassName},
    FieldSpec{"result", {kExec, kResult}, Type::kResultName},
    FieldSpec{"script.path", {kExec, kScriptPath}, Type::kText, true},
    FieldSpec{"interpreter", {kExec, kInterpreter}, Type::kText, true},
    FieldSpec{"mapping.role", {kExec, kMappingRole}, Type::kText},
    FieldSpec{"mount.point", {kExec, kMountPoint}, Type::kText, true},
    FieldSpec{"mount.options", {kExec, kMountOptions}, Type::kTextList},
    FieldSpec{"mount.fs", {kExec, kMountFileSystem}, Type::kText},
    FieldSpec{"mount.noexec", {kExec, kMountNoexec}, Type::kBoolean},
    FieldSpec{"mount.nosuid", {kExec, kMountNosuid}, Type::kBoolean},
    FieldSpec{"mount.nodev", {kExec, kMountNodev}, Type::kBoolean},
    FieldSpec{"attempt", {kExec, kIsAttempt}, Type::kBoolean},
    FieldSpec{"mapping", {kExec, kIsMapping}, Type::kBoolean},
    FieldSpec{"script", {kExec, kIsScript}, Type::kBoolean},
};

// What every image has.
const std::array kImageFields = {
    FieldSpec{"executable", {kItem, kExecutable}, Type::kText, true},
    FieldSpec{"name", {kItem, kName}, Type::kText},
    FieldSpec{"comm", {kItem, kComm}, Type::kText},
    FieldSpec{"pid", {kItem, kPid}, Type::kNumber},
    FieldSpec{"parent_pid", {kItem, kParentPid}, Type::kNumber},
    FieldSpec{"older_than_recording", {kItem, kSnapshot}, Type::kBoolean},
    FieldSpec{"args", {kItem, kArguments}, Type::kTextList},
    FieldSpec{"argument_paths", {kItem, kArgumentPaths}, Type::kTextList},
    FieldSpec{"command_line", {kItem, kCommandLine}, Type::kText},
    FieldSpec{"cwd", {kItem, kWorkingDirectory}, Type::kText, true},
    FieldSpec{"user.id", {kItem, kUserId}, Type::kNumber},
    FieldSpec{"user.name", {kItem, kUserName}, Type::kText},
    FieldSpec{"user.effective_id", {kItem, kEffectiveUserId}, Type::kNumber},
    FieldSpec{"group.id", {kItem, kGroupId}, Type::kNumber},
    FieldSpec{"group.effective_id", {kItem, kEffectiveGroupId}, Type::kNumber},
    FieldSpec{"login.id", {kItem, kLoginId}, Type::kNumber},
    FieldSpec{"login.name", {kItem, kLoginName}, Type::kText},
    FieldSpec{"login.session", {kItem, kLoginSession}, Type::kNumber},
    FieldSpec{"session.leader", {kItem, kSessionLeader}, Type::kNumber},
    FieldSpec{"session.terminal", {kItem, kHasTerminal}, Type::kBoolean},
    FieldSpec{"capabilities", {kItem, kCapabilities}, Type::kTextList},
    FieldSpec{"capabilities.permitted", {kItem, kPermittedCapabilities}, Type::kTextList},
    FieldSpec{"no_new_privs", {kItem, kNoNewPrivileges}, Type::kBoolean},
    FieldSpec{"seccomp", {kItem, kSeccomp}, Type::kText},
    FieldSpec{"namespace.mount", {kItem, kMountNamespace}, Type::kNumber},
    FieldSpec{"namespace.pid", {kItem, kPidNamespace}, Type::kNumber},
    FieldSpec{"namespace.user", {kItem, kUserNamespace}, Type::kNumber},
    FieldSpec{"namespace.net", {kItem, kNetNamespace}, Type::kNumber},
    FieldSpec{"cgroup", {kItem, kCgroup}, Type::kText, true},
    FieldSpec{"container.id", {kItem, kContainer}, Type::kText},
    FieldSpec{"environment", {kItem, kEnvironment}, Type::kTextList},
    FieldSpec{"secure", {kItem, kSecure}, Type::kBoolean},
    FieldSpec{"file.uid", {kItem, kFileUid}, Type::kNumber},
    FieldSpec{"file.gid", {kItem, kFileGid}, Type::kNumber},
    FieldSpec{"file.mode", {kItem, kFileMode}, Type::kNumber},
    FieldSpec{"file.size", {kItem, kFileSize}, Type::kNumber},
    FieldSpec{"file.link_count", {kItem, kFileLinkCount}, Type::kNumber},
    FieldSpec{"file.age", {kItem, kFileAge}, Type::kNumber},
    FieldSpec{"file.sha256", {kItem, kFileHash}, Type::kText},
    FieldSpec{"file.identity", {kItem, kFileIdentity}, Type::kText},
};

// Of these, the ones that only make sense with the image named: "process.name".
constexpr std::array kNeverBare = {kExecutable, kName, kComm, kPid, kParentPid, kSnapshot};

struct Prefix {
  std::string_view text;
  Subject subject;
};
constexpr std::array kPrefixes = {Prefix{"process.", kProcess},   Prefix{"parent.", kParent},
                                  Prefix{"previous.", kPrevious}, Prefix{"leader.", kLeader},
                                  Prefix{"creator.", kParent},    Prefix{".", kItem}};

// kFields, and kImageFields for each prefix.
struct Table {
  std::vector<std::string> names;  // what the specs' names point into
  std::vector<FieldSpec> specs;

  Table() {
    names.reserve(kPrefixes.size() * kImageFields.size());
    specs.assign(kFields.begin(), kFields.end());
    for (FieldSpec spec : kImageFields) {
      if (std::ranges::count(kNeverBare, spec.ref.attribute) > 0) continue;
      spec.ref.subject = kExec;
      specs.push_back(spec);
    }
    for (const Prefix& prefix : kPrefixes) {
      for (FieldSpec spec : kImageFields) {
        names.push_back(std::string(prefix.text) + std::string(spec.name));
        spec.name = names.back();
        spec.ref.subject = prefix.subject;
        specs.push_back(spec);
      }
    }
  }
};

const std::vector<FieldSpec>& specs() {
  static const Table table;
  return table.specs;
}

constexpr std::uint16_t kMaxErrorNumber = 4095;  // MAX_ERRNO in include/linux/err.h

}  // namespace

std::string_view name(Type type) {
  switch (type) {
    case Type::kText:
      return "text";
    case Type::kNumber:
      return "a number";
    case Type::kTextList:
      return "a list of texts";
    case Type::kClassName:
      return "the name of a class";
    case Type::kResultName:
      return "a result";
    case Type::kBoolean:
      return "a condition";
  }
  return "?";
}

const FieldSpec* findField(std::string_view name) {
  const auto found = std::ranges::find(specs(), name, &FieldSpec::name);
  return found == specs().end() ? nullptr : &*found;
}

std::vector<std::string> fieldNames() {
  std::vector<std::string> names;
  for (const FieldSpec& spec : specs()) names.emplace_back(spec.name);
  return names;
}

std::optional<FoundField> resolveField(std::string_view name) {
  if (name == "it") return FoundField{{kItem, kIt, 0, {}}, Type::kText, false};
  if (const FieldSpec* spec = findField(name)) return FoundField{spec->ref, spec->type, spec->path};
  // NAME of env.NAME, parent.env.NAME, .env.NAME.
  constexpr std::string_view kVariablePrefix = "env.";
  const std::size_t at = name.starts_with(kVariablePrefix) ? 0 : name.find(".env.") + 1;
  if (!name.substr(at).starts_with(kVariablePrefix)) return std::nullopt;
  const FieldSpec* list = findField(std::string(name.substr(0, at)) + "environment");
  const std::string_view variable = name.substr(at + kVariablePrefix.size());
  if (list == nullptr || variable.empty()) return std::nullopt;
  return FoundField{{list->ref.subject, kVariable, 0, std::string(variable)}, Type::kText, false};
}

std::string fieldName(const FieldRef& ref) {
  if (ref.attribute == kIt) return "it";
  FieldRef whole = ref;
  whole.index = 0;
  whole.key.clear();
  if (ref.attribute == kArgument) whole.attribute = kArguments;
  if (ref.attribute == kVariable) whole.attribute = kEnvironment;
  const auto found = std::ranges::find(specs(), whole, &FieldSpec::ref);
  std::string text(found == specs().end() ? "?" : found->name);
  if (ref.attribute == kArgument) text += "[" + std::to_string(ref.index) + "]";
  if (ref.attribute == kVariable) {
    text.replace(text.size() - std::string_view("environment").size(), std::string::npos, "env.");
    text += ref.key;
  }
  return text;
}

std::optional<std::string_view> resultName(std::uint16_t errorNumber) {
  if (errorNumber == 0) return "ok";
  const char* text = strerrorname_np(errorNumber);
  if (text == nullptr) return std::nullopt;
  return text;
}

std::optional<std::uint16_t> resultByName(std::string_view name) {
  for (std::uint16_t number = 0; number < kMaxErrorNumber; ++number) {
    if (resultName(number) == name) return number;
  }
  return std::nullopt;
}

}  // namespace exectrail::analyzer
