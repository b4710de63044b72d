// What both forms of report share.
#include "replay/report/report.h"

#include <algorithm>
#include <set>
#include <sstream>

#include "replay/support/shell_word.h"

namespace exectrail::replay {

Totals total(const std::vector<Result>& results) {
  Totals totals;
  totals.recordings = results.size();
  std::set<std::string> scenarios;
  for (const Result& result : results) {
    const Scenario& scenario = *result.recording.scenario;
    const bool first = scenarios.insert(scenario.name).second;
    totals.duration += result.duration;
    totals.passed += result.verdict == Verdict::kPass ? 1 : 0;
    totals.failed += result.verdict == Verdict::kFail ? 1 : 0;
    totals.inconclusive += result.verdict == Verdict::kInconclusive ? 1 : 0;
    totals.skipped += result.verdict == Verdict::kSkip ? 1 : 0;
    totals.warned += result.verdict == Verdict::kPass && !result.findings.empty() ? 1 : 0;
    const bool benign = scenario.category == "benign";
    totals.benign += benign && first ? 1 : 0;
    BySeverity& unexpected = benign ? totals.unexpectedBenign : totals.unexpectedOthers;
    for (std::size_t i = 0; i < kSeverities; ++i) unexpected[i] += result.unexpected[i];
  }
  totals.scenarios = scenarios.size();
  return totals;
}

std::string rerunCommand(const Result& result, const std::string& options) {
  return "exectrail replay run " + shellWord(result.recording.scenario->directory) + options;
}

std::string accountOf(const Result& result, const std::string& rerunOptions) {
  std::ostringstream text;
  TextReport report(text, Detail::kProblems);
  report.rerunWith(rerunOptions);
  report.add(result);
  return text.str();
}

std::string countsOf(const BySeverity& counts) {
  const auto count = [&](analyzer::Severity severity) {
    return counts[static_cast<std::size_t>(severity)];
  };
  std::string text;
  const auto add = [&](analyzer::Severity severity, bool always) {
    if (!always && count(severity) == 0) return;
    text += (text.empty() ? "" : ", ") + std::to_string(count(severity)) + " ";
    text += analyzer::name(severity);
  };
  add(analyzer::Severity::kCritical, false);
  add(analyzer::Severity::kHigh, true);
  add(analyzer::Severity::kMedium, true);
  add(analyzer::Severity::kLow, false);
  return text;
}

}  // namespace exectrail::replay
