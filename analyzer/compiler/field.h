// The fields that expressions can name: what each is called, its type, and how the engine finds it.
// docs and messages are made from the same table as the type check.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace exectrail::analyzer {

// Whose value it is. Of a failed attempt, `process` is the caller, and the attempt's own path,
// arguments and working directory belong to kExec.
enum class Subject : std::uint8_t {
  kExec,      // the execution or attempt that is judged
  kProcess,   // the image that ran
  kParent,    // the image that created its process
  kPrevious,  // the image it replaced
  kLeader,    // the image that the leader of its session runs
  kItem,      // inside any(lineage, ...) and its like: the image looked at
};

enum class Attribute : std::uint8_t {
  // Of the exec, attempt or mapping alone.
  kPath,  // of the file that decides, normalised
  kFileName,
  kTypedPath,
  kClass,
  kResult,
  kScriptPath,   // of the script that an interpreter was given, `#!` or as an argument
  kInterpreter,  // what the kernel ran instead of the typed file
  kMappingRole,
  kMountPoint,
  kMountOptions,
  kMountFileSystem,
  kMountNoexec,
  kMountNosuid,
  kMountNodev,
  kIsAttempt,
  kIsMapping,
  kIsScript,
  kIsTypedOnly,
  // Of an image.
  kExecutable,
  kName,
  kComm,
  kPid,
  kParentPid,
  kSnapshot,
  kArguments,
  kArgument,       // one of them, see FieldRef::index
  kArgumentPaths,  // arguments that look like paths, normalised
  kCommandLine,    // arguments joined by single spaces
  kWorkingDirectory,
  kUserId,
  kUserName,  // by the recorded host's own list
  kEffectiveUserId,
  kGroupId,
  kEffectiveGroupId,
  kLoginId,
  kLoginName,
  kLoginSession,
  kSessionLeader,
  kHasTerminal,
  kCapabilities,  // effective
  kPermittedCapabilities,
  kNoNewPrivileges,
  kSeccomp,
  kMountNamespace,
  kPidNamespace,
  kUserNamespace,
  kNetNamespace,
  kCgroup,
  kContainer,
  kEnvironment,
  kVariable,  // one of the environment, see FieldRef::key
  kSecure,
  kFileUid,
  kFileGid,
  kFileMode,
  kFileSize,
  kFileLinkCount,
  kFileAge,
  kFileHash,
  kFileIdentity,
  // Of an element looked at by any(), all() and count().
  kIt,
};

enum class Type : std::uint8_t { kText, kNumber, kTextList, kClassName, kResultName, kBoolean };

std::string_view name(Type type);

struct FieldRef {
  Subject subject = Subject::kExec;
  Attribute attribute = Attribute::kPath;
  std::uint32_t index = 0;  // of kArgument
  std::string key = {};     // of kVariable: its name

  friend bool operator==(const FieldRef&, const FieldRef&) = default;
};

struct FieldSpec {
  std::string_view name;  // without "[N]"; ".executable" for an item of the lineage
  FieldRef ref;
  Type type;
  bool path = false;  // text that `under` makes sense for
};

// Null if there is no such field.
const FieldSpec* findField(std::string_view name);

std::vector<std::string> fieldNames();

// The same, with env.NAME and the element of a list, `it`.
struct FoundField {
  FieldRef ref;
  Type type = Type::kText;
  bool path = false;
};
std::optional<FoundField> resolveField(std::string_view name);

// As written in recipes: "parent.args[0]".
std::string fieldName(const FieldRef& ref);

// What `result` can be: "ok" or the name of an errno. Nothing if the number has no name here.
std::optional<std::string_view> resultName(std::uint16_t errorNumber);
std::optional<std::uint16_t> resultByName(std::string_view name);

}  // namespace exectrail::analyzer
