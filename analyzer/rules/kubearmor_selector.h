// Which containers a policy is about: its selector against what is known of them. Without that a
// selector cannot be decided, and its policy is asked about every execution.
#pragma once

#include <optional>

#include "analyzer/compiler/condition.h"
#include "analyzer/compiler/workloads.h"
#include "analyzer/compiler/yaml_tree.h"
#include "analyzer/rules/rule_set.h"

namespace exectrail::analyzer::kubearmor {

// Of a policy: `document` is all of it, `spec` its section. Nothing: about every execution. What is
// not used, or fits no container, is a warning.
std::optional<Condition> selected(const YamlNode& document, const YamlNode& spec,
                                  const Workloads* workloads, RuleReport& report);

// What runs in a container that nobody named: one alert a day and container says that no policy
// with a selector was asked about it.
Recipe unnamedContainers(const Workloads& workloads);

}  // namespace exectrail::analyzer::kubearmor
