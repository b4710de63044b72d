#include "analyzer/rules/rules_in_use.h"

namespace exectrail::analyzer {

std::optional<std::string> RulesInUse::replaceBy(const RuleSet& rules) {
  std::set<Name> used;
  std::set<std::string> unreadable;
  for (const RuleReport& report : rules.reports) {
    const bool whole = report.ruleset.empty();  // no rule can be found in it
    if (!report.refused()) {
      used.emplace(report.file, report.title);
      continue;
    }
    const bool worse = any_ && (whole ? !unreadable_.contains(report.file)
                                      : used_.contains({report.file, report.title}));
    if (worse) {
      const std::string why =
          report.notes.empty() ? std::string() : ": " + report.notes.front().text;
      const std::uint32_t line = report.notes.empty() ? report.line : report.notes.front().line;
      return report.file + ":" + std::to_string(line) + ": " +
             (whole ? "no rule can be read" : "'" + report.title + "' cannot be used any more") +
             why;
    }
    if (whole) unreadable.insert(report.file);
  }
  used_ = std::move(used);
  unreadable_ = std::move(unreadable);
  any_ = true;
  return std::nullopt;
}

}  // namespace exectrail::analyzer
