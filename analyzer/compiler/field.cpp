#include "analyzer/compiler/field.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace exectrail::analyzer {
namespace {

using enum Subject;
using enum Attribute;

constexpr std::array kFields = {
    FieldSpec{"file.path", {kExec, kPath}, Type::kText, true},
    FieldSpec{"file.uid", {kExec, kFileUid}, Type::kNumber},
    FieldSpec{"file.mode", {kExec, kFileMode}, Type::kNumber},
    FieldSpec{"file.link_count", {kExec, kFileLinkCount}, Type::kNumber},
    FieldSpec{"typed_path", {kExec, kTypedPath}, Type::kText, true},
    FieldSpec{"class", {kExec, kClass}, Type::kClassName},
    FieldSpec{"result", {kExec, kResult}, Type::kResultName},
    FieldSpec{"args", {kExec, kArguments}, Type::kTextList},
    FieldSpec{"cwd", {kExec, kWorkingDirectory}, Type::kText, true},
    FieldSpec{"user.id", {kExec, kUserId}, Type::kNumber},
    FieldSpec{"user.effective_id", {kExec, kEffectiveUserId}, Type::kNumber},
};

constexpr std::array kImageFields = {
    FieldSpec{"executable", {kItem, kExecutable}, Type::kText, true},
    FieldSpec{"name", {kItem, kName}, Type::kText},
    FieldSpec{"comm", {kItem, kComm}, Type::kText},
    FieldSpec{"pid", {kItem, kPid}, Type::kNumber},
    FieldSpec{"args", {kItem, kArguments}, Type::kTextList},
    FieldSpec{"cwd", {kItem, kWorkingDirectory}, Type::kText, true},
    FieldSpec{"user.id", {kItem, kUserId}, Type::kNumber},
    FieldSpec{"user.effective_id", {kItem, kEffectiveUserId}, Type::kNumber},
    FieldSpec{"file.uid", {kItem, kFileUid}, Type::kNumber},
    FieldSpec{"file.mode", {kItem, kFileMode}, Type::kNumber},
};

struct Prefix {
  std::string_view text;
  Subject subject;
};
constexpr std::array kPrefixes = {Prefix{"process.", kProcess}, Prefix{"parent.", kParent},
                                  Prefix{"previous.", kPrevious}, Prefix{".", kItem}};

// kFields, and kImageFields for each prefix.
struct Table {
  std::vector<std::string> names;  // what the specs' names point into
  std::vector<FieldSpec> specs;

  Table() {
    names.reserve(kPrefixes.size() * kImageFields.size());
    specs.assign(kFields.begin(), kFields.end());
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

std::string fieldName(const FieldRef& ref) {
  FieldRef whole = ref;
  whole.index = 0;
  if (ref.attribute == kArgument) whole.attribute = kArguments;
  const auto found = std::ranges::find(specs(), whole, &FieldSpec::ref);
  std::string text(found == specs().end() ? "?" : found->name);
  if (ref.attribute == kArgument) text += "[" + std::to_string(ref.index) + "]";
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
