// The account of loading rules, as `exectrail rules check` prints it.
#include <algorithm>
#include <nlohmann/json.hpp>

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

bool RuleSet::unread() const {
  return std::ranges::any_of(reports, [](const RuleReport& report) { return report.unread; });
}

std::string ruleTotals(const RuleSet& rules) {
  return counted(rules.reports.size(), "rule") + " in " + counted(rules.files, "file") + ": " +
         std::to_string(rules.count(RuleStatus::kLoaded)) + " loaded, " +
         std::to_string(rules.count(RuleStatus::kWarning)) + " loaded with a warning, " +
         std::to_string(rules.count(RuleStatus::kRefused)) + " refused";
}

std::string ruleTable(const RuleSet& rules) {
  std::string text;
  for (const RuleReport& report : rules.reports) {
    const std::string place = trace::escapeForTerminal(report.file);
    text += padded(word(report.status), 9) +
            padded(report.ruleset.empty() ? "-" : report.ruleset, 11) + place;
    if (!report.unread) text += ":" + std::to_string(report.line);
    if (!report.title.empty()) text += "  " + trace::escapeForTerminal(report.title);
    text += '\n';
    for (const RuleNote& note : report.notes) {
      text += std::string(20, ' ');
      text += report.unread ? "not read: " : "line " + std::to_string(note.line) + ": ";
      text += trace::escapeForTerminal(note.text) + '\n';
    }
  }
  return text + ruleTotals(rules) + '\n';
}

std::string ruleLines(const RuleSet& rules) {
  using Json = nlohmann::ordered_json;
  std::string text;
  const auto add = [&text](const Json& line) {
    text += line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  };
  for (const RuleReport& report : rules.reports) {
    Json notes = Json::array();
    for (const RuleNote& note : report.notes) {
      notes.push_back({{"line", note.line}, {"text", note.text}});
    }
    add({{"file", report.file},
         {"line", report.line},
         {"ruleset", report.ruleset},
         {"rule", report.title},
         {"status", word(report.status)},
         {"notes", std::move(notes)}});
  }
  Json totals = {{"files", rules.files}, {"rules", rules.reports.size()}};
  for (const RuleStatus each : {RuleStatus::kLoaded, RuleStatus::kWarning, RuleStatus::kRefused}) {
    totals[std::string(word(each))] = rules.count(each);
  }
  add({{"totals", std::move(totals)}});
  return text;
}

}  // namespace exectrail::analyzer
