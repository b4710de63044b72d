// For the discussion of a change: Markdown as GitHub and GitLab show it. Bounded, because they
// refuse long comments.
#include <algorithm>
#include <ostream>

#include "replay/report/report.h"

namespace exectrail::replay {
namespace {

constexpr std::size_t kShownInFull = 20;
constexpr std::size_t kMostBytes = 50'000;  // of accounts; GitHub takes 65,536 characters in all

// A fence longer than any run of backticks inside: a path may hold some.
std::string fenceFor(const std::string& text) {
  std::size_t longest = 0;
  std::size_t run = 0;
  for (const char c : text) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return std::string(std::max<std::size_t>(3, longest + 1), '`');
}

}  // namespace

void MarkdownReport::add(const Result& result) {
  if (result.verdict != Verdict::kPass || !result.findings.empty()) notPassed_.push_back(result);
}

void MarkdownReport::finish(const Totals& totals) {
  out_ << "### Replay: " << (totals.allPassed() ? "passed" : "**failed**") << "\n\n"
       << "| scenarios | recordings | passed | failed | inconclusive | skipped |\n"
       << "|---|---|---|---|---|---|\n| " << totals.scenarios << " | " << totals.recordings << " | "
       << totals.passed << " | " << totals.failed << " | " << totals.inconclusive << " | "
       << totals.skipped << " |\n\n";
  if (totals.benign > 0) {
    out_ << "Unexpected alerts on " << totals.benign
         << " benign scenarios: " << countsOf(totals.unexpectedBenign) << ".\n\n";
  }
  if (totals.unexpectedOthers != BySeverity{}) {
    out_ << "Unexpected alerts on scenarios of attacks: " << countsOf(totals.unexpectedOthers)
         << ".\n\n";
  }
  for (const NotExercised& each : totals.exercise.untested) {
    out_ << "- **untested recipe** `" << each.recipe << "`: " << each.why << "\n";
  }
  for (const NotExercised& each : totals.exercise.notApplied) {
    out_ << "- recipe not applied: `" << each.recipe << "`: " << each.why << "\n";
  }
  std::size_t shown = 0;
  std::size_t bytes = 0;
  for (const Result& result : notPassed_) {
    if (result.verdict == Verdict::kSkip) {
      out_ << "- skipped `" << result.recording.name() << "`: " << result.skipReason << "\n";
      continue;
    }
    const std::string account = accountOf(result, rerunOptions_);
    if (shown == kShownInFull || bytes + account.size() > kMostBytes) {
      out_ << "- " << name(result.verdict) << " `" << result.recording.name()
           << "`, not shown for want of room\n";
      continue;
    }
    ++shown;
    bytes += account.size();
    const std::string fence = fenceFor(account);
    out_ << "\n" << fence << "\n" << account << fence << "\n";
  }
}

}  // namespace exectrail::replay
