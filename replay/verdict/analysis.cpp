#include "replay/verdict/analysis.h"

#include <algorithm>
#include <set>

#include "trace/escape.h"

namespace exectrail::replay {
namespace {

using analyzer::Alert;
using Words = std::multiset<std::string>;

// With the effect: a reason that lowers is another one than the same that raises.
Words reasonsOf(const Alert& alert) {
  Words words;
  for (const analyzer::Reason& each : alert.reasons) words.insert(each.name + " " + each.effect);
  return words;
}

Words unknownOf(const Alert& alert) { return {alert.unknown.begin(), alert.unknown.end()}; }

// "reasons: - as_root +1, + temp class high"
void compare(const std::string& what, const Words& before, const Words& after,
             std::vector<std::string>& changes) {
  std::string text;
  const auto add = [&](const char* sign, const Words& from, const Words& without) {
    Words rest;
    std::set_difference(from.begin(), from.end(), without.begin(), without.end(),
                        std::inserter(rest, rest.begin()));
    for (const std::string& word : rest) text += (text.empty() ? "" : ", ") + (sign + word);
  };
  add("- ", before, after);
  add("+ ", after, before);
  if (!text.empty()) changes.push_back(what + ": " + text);
}

void compare(const std::string& what, const std::string& before, const std::string& after,
             std::vector<std::string>& changes) {
  if (before == after) return;
  const auto shown = [](const std::string& text) {
    return text.empty() ? std::string("none") : trace::escapeForTerminal(text);
  };
  changes.push_back(what + ": " + shown(before) + " → " + shown(after));
}

}  // namespace

Analysis analyse(const analyzer::Program& program, const trace::Header& header,
                 const std::vector<trace::Record>& records) {
  Analysis analysis;
  analyzer::Engine engine(program, header,
                          [&](const Alert& alert) { take(alert, analysis.alerts); });
  for (const trace::Record& record : records) engine.process(record);
  engine.finish();
  analysis.summary = engine.summary();
  return analysis;
}

void take(const Alert& alert, std::vector<Alert>& alerts) {
  const auto same = [&](const Alert& other) {
    return other.id == alert.id && (other.suppressed != 0) == (alert.suppressed != 0);
  };
  const auto before =
      alert.amended ? std::find_if(alerts.begin(), alerts.end(), same) : alerts.end();
  if (before == alerts.end()) {
    alerts.push_back(alert);
  } else {
    *before = alert;
  }
}

AlertKey keyOf(const Alert& alert) {
  const bool mapping = alert.mapping != trace::MappingRole::kUnknown;
  return {alert.timeNs,        alert.process.id.tgid,
          alert.attemptNumber, alert.suppressed != 0,
          alert.recipe->name,  mapping ? alert.filePath.value : std::string()};
}

std::vector<std::string> changes(const Alert& before, const Alert& after) {
  std::vector<std::string> found;
  compare("severity", std::string(analyzer::name(before.severity)),
          std::string(analyzer::name(after.severity)), found);
  compare("class", before.directoryClass, after.directoryClass, found);
  compare("path", before.filePath.value, after.filePath.value, found);
  compare("reasons", reasonsOf(before), reasonsOf(after), found);
  compare("undecided", unknownOf(before), unknownOf(after), found);
  compare("suppressed", std::to_string(before.suppressed), std::to_string(after.suppressed), found);
  return found;
}

bool unsure(const Alert& alert) {
  return !alert.unknown.empty() || !alert.gaps.empty() || !alert.afterGap.empty();
}

}  // namespace exectrail::replay
