#include "analyzer/rules/policy_entry.h"

#include <algorithm>
#include <array>

#include "analyzer/compiler/condition.h"

namespace exectrail::analyzer::kubearmor {

bool mayHold(EntryKind kind, std::string_view key) {
  constexpr std::array<std::string_view, 5> kEvery = {"severity", "tags", "message", "action",
                                                      "ownerOnly"};
  constexpr std::array<std::string_view, 5> kPath = {"path", "execname", "allowedArgs",
                                                     "fromSource", "pts"};
  constexpr std::array<std::string_view, 4> kDirectory = {"dir", "recursive", "fromSource", "pts"};
  if (std::ranges::count(kEvery, key) > 0) return true;
  switch (kind) {
    case EntryKind::kPath:
      return std::ranges::count(kPath, key) > 0;
    case EntryKind::kDirectory:
      return std::ranges::count(kDirectory, key) > 0;
    case EntryKind::kPattern:
      return key == "pattern";
  }
  return false;
}

PolicyEntry policyEntry(const YamlNode& entry, EntryKind kind, Action action) {
  const auto text = [&](std::string_view key) {
    const YamlNode* node = mayHold(kind, key) ? entry.find(key) : nullptr;
    return node == nullptr ? std::string() : node->text;
  };
  PolicyEntry result;
  result.line = entry.position.line;
  result.action = action;
  result.kind = kind;
  for (const std::string_view key : {"execname", "path", "dir", "pattern"}) {
    if (result.text.empty()) result.text = text(key);
  }
  result.recursive = folded(text("recursive")) == "true";
  result.ownerOnly = folded(text("ownerOnly")) == "true";
  if (folded(text("pts")) == "false") result.also = "pts";
  for (const std::string_view key : {"fromSource", "allowedArgs"}) {
    if (mayHold(kind, key) && entry.find(key) != nullptr) result.also = key;
  }
  return result;
}

}  // namespace exectrail::analyzer::kubearmor
