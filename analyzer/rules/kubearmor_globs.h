// Which of KubeArmor's two readings of a pattern is meant: that of AppArmor, which enforces it, or
// that of KubeArmor's own alerts (its telemetry), which are made with Go's filepath.Match and leave
// out what is no regular expression.
#pragma once

#include <cstdint>

namespace exectrail::analyzer {

enum class KubeArmorGlobs : std::uint8_t { kAppArmor, kTelemetry };

}  // namespace exectrail::analyzer
