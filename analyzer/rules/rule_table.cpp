// The account of loading rules, as `exectrail rules check` prints it.
#include <algorithm>

#include "analyzer/rules/rule_set.h"
#include "trace/escape.h"

namespace exectrail::analyzer {
namespace {

std::string_view word(RuleStatus status) {
  switch (status) {
    case RuleStatus::kLoaded:
      return "loaded";
    case RuleStatus::kWarning:
      return "warning";
    case RuleStatus::kRefused:
      return "refused";
  }
  return "?";
}

std::string padded(std::string_view text, std::size_t width) {
  std::string result(text);
  if (result.size() < width) result.resize(width, ' ');
  return result;
}

std::string counted(std::size_t count, const std::string& what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

}  // namespace

std::string ruleTotals(const RuleSet& rules) {
  return counted(rules.reports.size(), "rule") + " in " + counted(rules.files, "file") + ": " +
         std::to_string(rules.count(RuleStatus::kLoaded)) + " loaded, " +
         std::to_string(rules.count(RuleStatus::kWarning)) + " loaded with a warning, " +
         std::to_string(rules.count(RuleStatus::kRefused)) + " refused";
}

std::string ruleTable(const RuleSet& rules) {
  std::string text;
  for (const RuleReport& report : rules.reports) {
    const std::string place = trace::escapeForTerminal(report.file) + ":";
    text += padded(word(report.status), 9) +
            padded(report.ruleset.empty() ? "-" : report.ruleset, 11) + place +
            std::to_string(report.line);
    if (!report.title.empty()) text += "  " + trace::escapeForTerminal(report.title);
    text += '\n';
    for (const RuleNote& note : report.notes) {
      text += std::string(20, ' ') + "line " + std::to_string(note.line) + ": " +
              trace::escapeForTerminal(note.text) + '\n';
    }
  }
  return text + ruleTotals(rules) + '\n';
}

}  // namespace exectrail::analyzer
