// What an entry of a KubeArmor policy's process section says, for those who print it as something
// else than a recipe.
#pragma once

#include <cstdint>
#include <string>

#include "analyzer/compiler/yaml_tree.h"

namespace exectrail::analyzer::kubearmor {

enum class Action : std::uint8_t { kAllow, kAudit, kBlock };

enum class EntryKind : std::uint8_t { kPath, kDirectory, kPattern };

struct PolicyEntry {
  std::string policy;
  std::string file;
  std::uint32_t line = 1;
  Action action = Action::kBlock;
  EntryKind kind = EntryKind::kPath;
  std::string text;  // the path, directory or pattern; of `execname` the name, which has no '/'
  bool recursive = false;
  bool ownerOnly = false;
  std::string also;  // a key that asks for more than which file it is; empty: there is none
};

// Of an entry that matchEntry() takes; policy and file are left empty.
PolicyEntry policyEntry(const YamlNode& entry, EntryKind kind, Action action);

// What KubeArmor lets an entry of a kind hold; anything else it drops.
bool mayHold(EntryKind kind, std::string_view key);

}  // namespace exectrail::analyzer::kubearmor
