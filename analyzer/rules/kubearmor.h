// A KubeArmor policy (KubeArmorPolicy, KubeArmorHostPolicy, KubeArmorClusterPolicy) -> recipes, one
// for each combination of action, severity, tags and message among its rules about processes.
#pragma once

#include <vector>

#include "analyzer/compiler/workloads.h"
#include "analyzer/compiler/yaml_tree.h"
#include "analyzer/rules/rule_set.h"

namespace exectrail::analyzer::kubearmor {

bool looksLikePolicy(const YamlNode& document);

struct CompiledPolicy {
  std::vector<Recipe> recipes;
  std::vector<PolicyEntry> entries;
};

// Nothing if `report` refuses it, or if no container of `workloads` fits its selector; null: nobody
// knows containers, and selectors are not used. Fills the report's title and line. Rules of a
// policy that cannot match anything are warnings, unless none is left.
CompiledPolicy compilePolicy(const YamlNode& document, const Workloads* workloads,
                             KubeArmorGlobs globs, RuleReport& report);

}  // namespace exectrail::analyzer::kubearmor
