// How bad: five steps, and moving between them.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace exectrail::analyzer {

enum class Severity : std::uint8_t { kInfo, kLow, kMedium, kHigh, kCritical };

inline constexpr std::array<std::string_view, 5> kSeverityNames = {"info", "low", "medium", "high",
                                                                   "critical"};

constexpr Severity moved(Severity severity, int steps) {
  return static_cast<Severity>(std::clamp(static_cast<int>(severity) + steps, 0, 4));
}

// "info" ... "critical"
constexpr std::string_view name(Severity severity) {
  return kSeverityNames.at(static_cast<std::size_t>(severity));
}

// Exact, lower case.
constexpr std::optional<Severity> severityByName(std::string_view text) {
  for (std::size_t i = 0; i < kSeverityNames.size(); ++i) {
    if (kSeverityNames.at(i) == text) return static_cast<Severity>(i);
  }
  return std::nullopt;
}

}  // namespace exectrail::analyzer
