// What a scenario's `needs:` can ask of the machine that records it, and whether this one has it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "replay/scenario/scenario.h"

namespace exectrail::replay {

// "root", "eprobes", "kprobes", "package:NAME", "large-package:NAME", "file:/PATH".
bool isKnownNeed(std::string_view need);

// "needs eprobes; this kernel has none": the first unmet need of recording `scenario` here.
std::optional<std::string> unmetNeed(const Scenario& scenario);

// The same, of those needs only that no installing and no privilege can meet.
std::optional<std::string> unmetKernelNeed(const Scenario& scenario);

}  // namespace exectrail::replay
