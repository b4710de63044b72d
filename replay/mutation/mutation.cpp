#include "replay/mutation/mutation.h"

#include <algorithm>
#include <memory>
#include <optional>

#include "replay/mutation/generated.h"
#include "replay/mutation/mutants.h"
#include "replay/support/ordered.h"
#include "replay/traces/loaded_trace.h"
#include "replay/verdict/analysis.h"
#include "replay/verdict/observe.h"
#include "replay/verdict/verdict.h"
#include "trace/errors.h"

namespace exectrail::replay {
namespace {

using analyzer::Alert;

// A recording that passes, and what was observed of it.
struct Passing {
  Case recording;
  std::unique_ptr<LoadedTrace> trace;  // null: it does not pass
  Observation observation;
};

Passing load(const analyzer::Program& program, const Case& recording) {
  Passing passing{recording, nullptr, {}};
  try {
    const auto observed = trace::openTrace(recording.tracePath());
    passing.observation = observe(program, *observed, !recording.scenario->recorded.empty());
    if (judge(recording, passing.observation).verdict != Verdict::kPass) return passing;
    const auto again = trace::openTrace(recording.tracePath());
    auto trace = std::make_unique<LoadedTrace>(*again, recording.tracePath());
    if (trace->state().completeness == trace::Completeness::kComplete) {
      passing.trace = std::move(trace);
    }
  } catch (const EnvironmentError&) {  // NOLINT(bugprone-empty-catch): named as unusable
  }
  return passing;
}

bool sameAlerts(const std::vector<Alert>& before, const std::vector<Alert>& after) {
  return std::equal(
      before.begin(), before.end(), after.begin(), after.end(), [](const Alert& a, const Alert& b) {
        return keyOf(a) == keyOf(b) && a.exempted == b.exempted && changes(a, b).empty();
      });
}

// What the corpus says about one recipe, ready to be asked about its mutants.
class Bench {
 public:
  Bench(const std::string& recipe, const std::vector<Passing>& all) : recipe_(recipe) {
    for (const Passing& each : all) {
      if (each.trace == nullptr) continue;
      Entry entry{&each, alertsOf(each)};
      // Where it alerts is where a change is most likely noticed.
      entries_.insert(entry.alerts.empty() ? entries_.end() : entries_.begin(), std::move(entry));
    }
  }

  bool kills(const Mutant& mutant) const {
    std::vector<analyzer::Recipe> alone;
    alone.push_back(mutant.recipe);
    const analyzer::Program program(std::move(alone), "");
    return std::any_of(entries_.begin(), entries_.end(),
                       [&](const Entry& entry) { return notices(entry, program); });
  }

 private:
  struct Entry {
    const Passing* passing;
    std::vector<Alert> alerts;  // of the recipe as it is
  };

  std::vector<Alert> alertsOf(const Passing& passing) const {
    std::vector<Alert> alerts;
    for (const Alert& alert : passing.observation.alerts) {
      if (alert.recipe->name == recipe_) alerts.push_back(alert);
    }
    return alerts;
  }

  bool notices(const Entry& entry, const analyzer::Program& program) const {
    const LoadedTrace& trace = *entry.passing->trace;
    Analysis analysis = analyse(program, trace.header(), trace.records());
    std::erase_if(analysis.alerts, [](const Alert& alert) { return alert.suppressed != 0; });
    const Observation& before = entry.passing->observation;
    const std::uint64_t undecided = undecidedIn(analysis.summary);
    if (undecided == undecidedIn(before.summary) && sameAlerts(entry.alerts, analysis.alerts)) {
      return false;
    }
    Observation after = before;
    std::erase_if(after.alerts,
                  [this](const Alert& alert) { return alert.recipe->name == recipe_; });
    after.alerts.insert(after.alerts.end(), analysis.alerts.begin(), analysis.alerts.end());
    after.summary.recipes[recipe_].inconclusive = undecided;
    return judge(entry.passing->recording, after).verdict != Verdict::kPass;
  }

  std::uint64_t undecidedIn(const analyzer::Summary& summary) const {
    const auto found = summary.recipes.find(recipe_);
    return found == summary.recipes.end() ? 0 : found->second.inconclusive;
  }

  const std::string recipe_;
  std::vector<Entry> entries_;
};

Score sum(const MutationReport& report, Score RecipeScore::*which) {
  Score total;
  for (const auto& [name, score] : report.recipes) {
    total.byCorpus += (score.*which).byCorpus;
    total.byGenerated += (score.*which).byGenerated;
    total.of += (score.*which).of;
  }
  return total;
}

enum class Killer : std::uint8_t { kNobody, kCorpus, kGenerated };

struct Fate {
  Killer killer = Killer::kNobody;
  std::string reason;  // of its survival
};

void add(RecipeScore& score, const Mutant& mutant, Fate fate) {
  Score& part = mutant.entry ? score.entries : score.clauses;
  ++part.of;
  part.byCorpus += fate.killer == Killer::kCorpus ? 1U : 0U;
  part.byGenerated += fate.killer == Killer::kGenerated ? 1U : 0U;
  if (fate.killer != Killer::kNobody) return;
  (mutant.entry ? score.survivingEntries : score.survivors)
      .push_back({mutant.change, std::move(fate.reason)});
}

}  // namespace

Score MutationReport::clauses() const { return sum(*this, &RecipeScore::clauses); }
Score MutationReport::entries() const { return sum(*this, &RecipeScore::entries); }

MutationReport mutate(const analyzer::Program& program, const std::vector<Case>& cases,
                      const MutationOptions& options) {
  MutationReport report;
  std::vector<Passing> all;
  inOrder<Passing>(
      options.corpus ? cases.size() : 0, options.jobs,
      [&](std::size_t i) { return load(program, cases[i]); },
      [&](Passing passing) {
        if (passing.trace == nullptr) report.unusable.push_back(passing.recording.name());
        all.push_back(std::move(passing));
      });
  for (const analyzer::Recipe& recipe : program.recipes()) {
    const std::string& name = recipe.info->name;
    const auto& only = options.recipes;
    const bool wanted = only.empty() || std::find(only.begin(), only.end(), name) != only.end();
    if (!wanted || !recipe.enabled || !recipe.firstSeen.empty()) continue;
    std::vector<Mutant> mutants = mutantsOf(recipe);
    if (!options.entries) std::erase_if(mutants, [](const Mutant& each) { return each.entry; });
    const Bench bench(name, all);
    std::optional<GeneratedSuite> suite;
    if (options.generated) suite.emplace(recipe);
    if (suite && !options.keep.empty()) suite->write(options.keep, name);
    RecipeScore& score = report.recipes[name];
    score.generated = suite ? suite->size() : 0;
    const auto fateOf = [&](const Mutant& mutant) -> Fate {
      if (suite && suite->kills(mutant)) return {Killer::kGenerated, {}};
      if (bench.kills(mutant)) return {Killer::kCorpus, {}};
      return {Killer::kNobody, suite ? suite->whyAlive(mutant) : "no scenario tests it"};
    };
    std::size_t next = 0;
    inOrder<Fate>(
        mutants.size(), options.jobs, [&](std::size_t i) { return fateOf(mutants[i]); },
        [&](Fate fate) { add(score, mutants[next++], std::move(fate)); });
  }
  return report;
}

}  // namespace exectrail::replay
