#include "analyzer/output/wording.h"

namespace exectrail::analyzer {
std::string headline(const Alert& alert) {
  std::string text = alert.filePath.value;
  if (alert.errorNumber != 0) {
    text += " was refused, " + errorName(alert.errorNumber);
  } else {
    text += alert.typedPathOnly ? " was typed" : " ran";
  }
  std::string names;
  for (const Reason& reason : alert.reasons) {
    // What lowers or exempts is told further down; a headline says what is bad.
    if (reason.effect.starts_with("-") || reason.effect == "exempt") continue;
    names += (names.empty() ? " (" : ", ") + reason.name;
  }
  if (!names.empty()) text += names + ")";
  if (alert.exempted) text += ", as expected";
  return text;
}

}  // namespace exectrail::analyzer
