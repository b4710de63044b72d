// How bad: five steps, and moving between them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>

namespace exectrail::analyzer {

enum class Severity : std::uint8_t { kInfo, kLow, kMedium, kHigh, kCritical };

constexpr Severity moved(Severity severity, int steps) {
  return static_cast<Severity>(std::clamp(static_cast<int>(severity) + steps, 0, 4));
}

std::string_view name(Severity severity);                  // "info" ... "critical"
std::optional<Severity> severityByName(std::string_view);  // exact, lower case

}  // namespace exectrail::analyzer
