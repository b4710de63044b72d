#include "replay/verdict/verdict.h"

#include <algorithm>
#include <cstdio>
#include <set>

#include "analyzer/compiler/program.h"
#include "replay/verdict/match.h"
#include "replay/verdict/recorded_verdict.h"
#include "trace/escape.h"

namespace exectrail::replay {
namespace {

using analyzer::Alert;

constexpr std::size_t kShown = 5;  // alerts of one finding, and unresolved execs

// One alert with the verdicts of all expectations on it.
struct Judged {
  const Alert* alert;
  bool claimed = false;   // is an expected one
  bool reported = false;  // stands in a finding already
};

std::string seconds(std::uint64_t ns, std::uint64_t startNs) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f",
                (static_cast<double>(ns) - static_cast<double>(startNs)) / 1e9);
  return text;
}

std::string describe(const GapSeen& seen, std::uint64_t startNs) {
  const trace::Gap& gap = seen.gap;
  std::string text = gap.lostEvents == 0 ? "an unknown number of events"
                                         : std::to_string(gap.lostEvents) + " events";
  if (seen.cpu != trace::kCpuNotKnown) text += ", cpu " + std::to_string(seen.cpu);
  text += ", " + seconds(gap.fromNs, startNs) + "–" + seconds(gap.toNs, startNs) + " s, " +
          std::string(trace::name(gap.source)) + ", after exec " + std::to_string(seen.execsBefore);
  return text;
}

// ": what was missing", if the alert says it.
std::string because(const Alert& alert, const std::string& condition) {
  const auto found = alert.unknownBecause.find(condition);
  return found == alert.unknownBecause.end() ? "" : ": " + trace::escapeForTerminal(found->second);
}

class Judge {
 public:
  Judge(const Case& recording, const Observation& observation, Unexpected unexpected)
      : scenario_(*recording.scenario), observation_(observation), unexpected_(unexpected) {
    result_.recording = recording;
    for (const Alert& alert : observation.alerts) alerts_.push_back({&alert});
  }

  Result run() {
    for (const Expectation& expectation : scenario_.fire) {
      if (concerns(expectation)) markClaimed(expectation);
    }
    countOutcomes();
    for (const Expectation& expectation : scenario_.fire) {
      if (concerns(expectation)) judgeCount(expectation);
    }
    for (const Miss& miss : scenario_.misses) judgeMiss(miss);
    judgeSilence();
    judgeUndecided();
    judgeRecords();
    if (failed_) {
      result_.verdict = Verdict::kFail;
    } else if (std::any_of(result_.findings.begin(), result_.findings.end(),
                           [](const Finding& finding) { return !finding.warning; })) {
      result_.verdict = Verdict::kInconclusive;
    }
    return std::move(result_);
  }

 private:
  bool concerns(const Expectation& expectation) const {
    const std::vector<std::string>& only = expectation.variants;
    return only.empty() ||
           std::find(only.begin(), only.end(), result_.recording.variant) != only.end();
  }

  void markClaimed(const Expectation& expectation) {
    for (Judged& judged : alerts_) {
      judged.claimed = judged.claimed || matches(expectation, *judged.alert);
    }
  }

  void countOutcomes() {
    for (const auto& [recipe, counts] : observation_.summary.recipes) {
      result_.recipes[recipe].undecided = counts.inconclusive;
    }
    for (const Judged& judged : alerts_) {
      RecipeOutcome& outcome = result_.recipes[judged.alert->recipe->name];
      outcome.alerts += judged.alert->severity == analyzer::Severity::kInfo ? 0U : 1U;
      outcome.expected += judged.claimed ? 1U : 0U;
    }
  }

  Got got(const Alert& alert, std::vector<std::string> differing) const {
    return {sightingOf(alert), std::move(differing), alert.reasons, alert.directoryClass};
  }

  // True if what is missing may have been there, and nothing that came instead claims to be sure:
  // then nobody lied.
  bool explainedByMissingEvidence(const std::string& recipe,
                                  const std::vector<Judged*>& near) const {
    if (!std::all_of(near.begin(), near.end(), [](auto* each) { return unsure(*each->alert); })) {
      return false;
    }
    return !near.empty() || undecided(recipe) > 0 || !observation_.gaps.empty();
  }

  // An alert that says itself that it might have been another one.
  static bool unsure(const Alert& alert) { return !alert.unknown.empty() || !alert.gaps.empty(); }

  std::uint64_t undecided(const std::string& recipe) const {
    const auto found = observation_.summary.recipes.find(recipe);
    return found == observation_.summary.recipes.end() ? 0 : found->second.inconclusive;
  }

  bool mayBeUndecided(const std::string& recipe) const {
    return scenario_.anyInconclusive ||
           std::any_of(scenario_.inconclusive.begin(), scenario_.inconclusive.end(),
                       [&](const Named& allowed) { return allowed.name == recipe; });
  }

  void judgeCount(const Expectation& expectation) {
    std::vector<Judged*> matching;
    std::vector<Judged*> near;
    for (Judged& judged : alerts_) {
      if (judged.alert->recipe->name != expectation.recipe.name) continue;
      const bool match = matches(expectation, *judged.alert);
      if (match) matching.push_back(&judged);
      if (!match && !judged.claimed) near.push_back(&judged);
    }
    if (expectation.count.holds(matching.size())) return;

    const bool tooFew = matching.size() < expectation.count.atLeast;
    Finding finding;
    finding.kind = FindingKind::kCount;
    finding.what = expectation.recipe.name + ", " + toString(expectation.count);
    if (!matching.empty()) finding.what += "; got " + std::to_string(matching.size());
    finding.expected = sightingOf(expectation);
    std::ranges::stable_sort(near, {}, [&](const Judged* judged) {
      return differences(expectation, *judged->alert).size();
    });
    // Those that are as expected come first: with one of two, it is the other that is missing.
    std::vector<Judged*> shown = matching;
    if (tooFew) shown.insert(shown.end(), near.begin(), near.end());
    for (Judged* judged : shown) {
      judged->reported = true;
      if (finding.got.size() == kShown) continue;
      finding.got.push_back(got(*judged->alert, differences(expectation, *judged->alert)));
    }
    if (tooFew && explainedByMissingEvidence(expectation.recipe.name, near)) {
      finding.details = missingEvidence(expectation.recipe.name);
      for (Judged* judged : near) {
        judged->claimed = true;
        for (const std::string& condition : judged->alert->unknown) {
          finding.details.push_back("unknown   " + condition + because(*judged->alert, condition));
        }
      }
    } else {
      failed_ = true;
    }
    result_.findings.push_back(std::move(finding));
  }

  void judgeMiss(const Miss& miss) {
    for (Judged& judged : alerts_) {
      if (judged.alert->recipe->name != miss.name.name) continue;
      if (judged.alert->severity == analyzer::Severity::kInfo) continue;
      judged.claimed = judged.reported = true;
      failed_ = true;
      result_.findings.push_back({FindingKind::kCaught,
                                  miss.name.name + ", expected to miss this (" + miss.why +
                                      "), caught it: drop it from " +
                                      "`misses` and expect it under `fire`",
                                  std::nullopt,
                                  {got(*judged.alert, {})},
                                  {},
                                  {},
                                  false});
      return;
    }
  }

  bool mustBeSilent(const std::string& recipe) const {
    if (scenario_.silent.everythingElse) return true;
    return std::any_of(scenario_.silent.recipes.begin(), scenario_.silent.recipes.end(),
                       [&](const Named& silent) { return silent.name == recipe; });
  }

  // Info is not noise: it is the record of an exemption.
  void judgeSilence() {
    for (Judged& judged : alerts_) {
      const Alert& alert = *judged.alert;
      if (judged.claimed || alert.severity == analyzer::Severity::kInfo) continue;
      if (!mustBeSilent(alert.recipe->name)) continue;
      ++result_.unexpected[static_cast<std::size_t>(alert.severity)];
      if (unexpected_ == Unexpected::kIgnore) continue;  // the totals count it
      failed_ = failed_ || unexpected_ == Unexpected::kFail;
      if (judged.reported) continue;
      result_.findings.push_back({FindingKind::kUnexpected,
                                  alert.recipe->name + ", expected silence",
                                  std::nullopt,
                                  {got(alert, {})},
                                  {},
                                  {},
                                  unexpected_ == Unexpected::kWarn});
    }
  }

  void judgeUndecided() {
    for (const auto& [recipe, counts] : observation_.summary.recipes) {
      if (counts.inconclusive == 0 || mayBeUndecided(recipe)) continue;
      Finding finding;
      finding.kind = FindingKind::kUndecided;
      finding.what = recipe + " could not decide " + std::to_string(counts.inconclusive) +
                     (counts.inconclusive == 1 ? " exec" : " execs");
      finding.details = missingEvidence(recipe);
      result_.findings.push_back(std::move(finding));
    }
  }

  // A gap may have swallowed a record. A record that is there and wrong has no excuse.
  void judgeRecords() {
    for (RecordedFinding& each : judgeRecorded(result_.recording, observation_.records)) {
      if (each.tooFew && !observation_.gaps.empty()) {
        each.finding.details = missingEvidence("");
      } else {
        failed_ = true;
      }
      result_.findings.push_back(std::move(each.finding));
    }
  }

  // Named once per result: the first finding that hangs on it says it.
  std::vector<std::string> missingEvidence(const std::string& recipe) {
    std::vector<std::string> details;
    if (evidenceTold_.insert(recipe).second && undecided(recipe) > 0) {
      for (const std::string& path : observation_.unresolved) {
        if (details.size() == kShown) break;
        details.push_back("unknown   executable of " + path);
      }
    }
    if (evidenceTold_.size() > 1) return details;
    for (const GapSeen& gap : observation_.gaps) {
      details.push_back("gap       " + describe(gap, observation_.startNs));
    }
    return details;
  }

  const Scenario& scenario_;
  const Observation& observation_;
  const Unexpected unexpected_;
  std::vector<Judged> alerts_;
  std::set<std::string> evidenceTold_;
  bool failed_ = false;
  Result result_;
};

}  // namespace

std::string_view name(Verdict verdict) {
  switch (verdict) {
    case Verdict::kPass:
      return "PASS";
    case Verdict::kFail:
      return "FAIL";
    case Verdict::kInconclusive:
      return "INCONCLUSIVE";
    case Verdict::kSkip:
      return "SKIP";
  }
  return "?";
}

std::string_view name(FindingKind kind) {
  switch (kind) {
    case FindingKind::kTrace:
      return "trace";
    case FindingKind::kCount:
      return "count";
    case FindingKind::kUnexpected:
      return "unexpected";
    case FindingKind::kCaught:
      return "caught";
    case FindingKind::kUndecided:
      return "undecided";
    case FindingKind::kRecord:
      return "recorded";
  }
  return "?";
}

Result judge(const Case& recording, const Observation& observation, Unexpected unexpected) {
  return Judge(recording, observation, unexpected).run();
}

Result failedTrace(const Case& recording, std::string what, std::vector<std::string> details) {
  Result result;
  result.recording = recording;
  result.verdict = Verdict::kFail;
  result.findings.push_back(
      {FindingKind::kTrace, std::move(what), std::nullopt, {}, {}, std::move(details), false});
  return result;
}

}  // namespace exectrail::replay
