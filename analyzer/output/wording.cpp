#include "analyzer/output/wording.h"

#include "analyzer/paths/path.h"

namespace exectrail::analyzer {
std::string headline(const Alert& alert) {
  std::string text = alert.filePath.value.empty() ? "something" : alert.filePath.value;
  if (alert.suppressed != 0) {
    text += ": " + std::to_string(alert.suppressed) + " more like this until now";
  } else if (alert.mapping == trace::MappingRole::kLoaderTarget) {
    text += " was run by a loader";
  } else if (alert.mapping == trace::MappingRole::kLibrary) {
    text += " was loaded";
  } else if (alert.errorNumber != 0) {
    text += " was refused, " + errorName(alert.errorNumber);
  } else {
    text += alert.typedPathOnly ? " was typed" : " ran";
  }
  std::string names;
  for (const Reason& reason : alert.reasons) {
    // What lowers or exempts is told further down; a headline says what is bad.
    if (reason.effect.starts_with("-") || reason.effect == "exempt") continue;
    if (reason.effect.starts_with("severity ")) continue;
    names += (names.empty() ? " (" : ", ") + reason.name;
  }
  if (!names.empty()) text += names + ")";
  if (alert.exempted) text += ", as expected";
  return text;
}

std::string diskFullText(const trace::End& end) {
  std::string text = "the disk was full and the recording ended";
  if (end.unwrittenRecords != 0) {
    text += "; " + std::to_string(end.unwrittenRecords) + " records were not written";
  }
  return text + "; what ran afterwards is not in it";
}

std::string lineageText(const Alert& alert) {
  std::string text = alert.lineageComplete || alert.lineage.empty() ? "" : "… → ";
  for (const LineageEntry& entry : alert.lineage) {
    if (&entry != &alert.lineage.front()) text += " → ";
    text += entry.name + "(" + std::to_string(entry.image.tgid) + ")";
  }
  if (alert.errorNumber != 0) text += " ↛ " + std::string(lastComponent(alert.filePath.value));
  return text;
}

}  // namespace exectrail::analyzer
