// One entry of matchPaths, matchDirectories or matchPatterns -> a condition about an execution.
#pragma once

#include <optional>

#include "analyzer/compiler/condition.h"
#include "analyzer/compiler/yaml_tree.h"
#include "analyzer/rules/kubearmor_globs.h"
#include "analyzer/rules/policy_entry.h"
#include "analyzer/rules/rule_set.h"

namespace exectrail::analyzer::kubearmor {

// Nothing, after a warning, if the entry can match nothing. `action` decides what ownerOnly means.
std::optional<Condition> matchEntry(const YamlNode& entry, EntryKind kind, Action action,
                                    KubeArmorGlobs globs, RuleReport& report);

}  // namespace exectrail::analyzer::kubearmor
