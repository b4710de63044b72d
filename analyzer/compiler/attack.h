// References to MITRE ATT&CK as recipes write them: "TA0002/T1204", "T1505.003", "TA0005".
#pragma once

#include <optional>
#include <string_view>

namespace exectrail::analyzer {

struct AttackReference {
  std::string_view tactic;        // "TA0002" or empty
  std::string_view technique;     // "T1505" or empty
  std::string_view subtechnique;  // "T1505.003" or empty
};

// Nothing if `text` is not of that form, or names a tactic that does not exist.
std::optional<AttackReference> parseAttack(std::string_view text);

// "Execution"; empty if there is no such tactic in ATT&CK for Enterprise.
std::string_view tacticName(std::string_view tactic);

}  // namespace exectrail::analyzer
