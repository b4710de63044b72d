#include "analyzer/compiler/attack.h"

#include <algorithm>
#include <array>

namespace exectrail::analyzer {
namespace {

struct Tactic {
  std::string_view id;
  std::string_view name;
};

// The tactics of ATT&CK for Enterprise. Techniques are too many and change: alerts carry their ids.
constexpr std::array kTactics = {
    Tactic{"TA0043", "Reconnaissance"},  Tactic{"TA0042", "Resource Development"},
    Tactic{"TA0001", "Initial Access"},  Tactic{"TA0002", "Execution"},
    Tactic{"TA0003", "Persistence"},     Tactic{"TA0004", "Privilege Escalation"},
    Tactic{"TA0005", "Defense Evasion"}, Tactic{"TA0006", "Credential Access"},
    Tactic{"TA0007", "Discovery"},       Tactic{"TA0008", "Lateral Movement"},
    Tactic{"TA0009", "Collection"},      Tactic{"TA0011", "Command and Control"},
    Tactic{"TA0010", "Exfiltration"},    Tactic{"TA0040", "Impact"},
};

bool isDigits(std::string_view text, std::size_t count) {
  return text.size() == count &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::string_view tacticName(std::string_view tactic) {
  const auto found = std::ranges::find(kTactics, tactic, &Tactic::id);
  return found == kTactics.end() ? std::string_view() : found->name;
}

std::optional<AttackReference> parseAttack(std::string_view text) {
  AttackReference reference;
  if (text.starts_with("TA")) {
    reference.tactic = text.substr(0, 6);
    if (tacticName(reference.tactic).empty()) return std::nullopt;
    text.remove_prefix(reference.tactic.size());
    if (text.empty()) return reference;
    if (!text.starts_with('/')) return std::nullopt;
    text.remove_prefix(1);
  }
  if (!text.starts_with('T') || text.size() < 5 || !isDigits(text.substr(1, 4), 4)) {
    return std::nullopt;
  }
  reference.technique = text.substr(0, 5);
  if (text.size() == 5) return reference;
  if (text[5] != '.' || !isDigits(text.substr(6), 3)) return std::nullopt;
  reference.subtechnique = text;
  return reference;
}

}  // namespace exectrail::analyzer
