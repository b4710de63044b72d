// What both forms of report share.
#include "replay/report.h"

#include <set>

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
    if (scenario.category != "benign") continue;
    totals.benign += first ? 1 : 0;
    for (std::size_t i = 0; i < kSeverities; ++i) {
      totals.unexpectedBenign[i] += result.unexpected[i];
    }
  }
  totals.scenarios = scenarios.size();
  return totals;
}

std::string rerunCommand(const Result& result) {
  return "exectrail replay run " + result.recording.scenario->directory;
}

}  // namespace exectrail::replay
