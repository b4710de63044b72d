// Fields of Falco's about containers and pods -> which of the containers that are known they hold
// of.
#pragma once

#include <optional>
#include <string>

#include "analyzer/compiler/condition.h"
#include "analyzer/compiler/workloads.h"
#include "analyzer/rules/falco_field.h"

namespace exectrail::analyzer::falco {

// Nothing if it is no such field, or one that metadata does not hold.
std::optional<Condition> ofContainers(const Comparison& comparison, const Workloads& workloads);

}  // namespace exectrail::analyzer::falco
