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
  kItem,      // inside any(lineage, ...) and all(lineage, ...): the image looked at
};

enum class Attribute : std::uint8_t {
  kPath,  // of the file that decides, normalised
  kTypedPath,
  kClass,
  kResult,
  kExecutable,
  kName,
  kComm,
  kPid,
  kArguments,
  kArgument,  // one of them, see FieldRef::index
  kWorkingDirectory,
  kUserId,
  kEffectiveUserId,
  kFileUid,
  kFileMode,
  kFileLinkCount,
};

enum class Type : std::uint8_t { kText, kNumber, kTextList, kClassName, kResultName, kBoolean };

std::string_view name(Type type);

struct FieldRef {
  Subject subject = Subject::kExec;
  Attribute attribute = Attribute::kPath;
  std::uint32_t index = 0;  // of kArgument

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

// As written in recipes: "parent.args[0]".
std::string fieldName(const FieldRef& ref);

// What `result` can be: "ok" or the name of an errno. Nothing if the number has no name here.
std::optional<std::string_view> resultName(std::uint16_t errorNumber);
std::optional<std::uint16_t> resultByName(std::string_view name);

}  // namespace exectrail::analyzer
