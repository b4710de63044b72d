#include "replay/mutation/injection.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <tuple>

#include "replay/mutation/loss.h"
#include "replay/support/ordered.h"
#include "replay/traces/loaded_trace.h"
#include "replay/verdict/analysis.h"
#include "replay/verdict/match.h"
#include "trace/errors.h"
#include "trace/subtree.h"

namespace exectrail::replay {
namespace {

using analyzer::Alert;

constexpr std::size_t kMostExamples = 20;

// A recording and what recipes say of all of it.
struct Whole {
  std::unique_ptr<LoadedTrace> trace;  // null: there is none, or it is not whole
  Analysis analysis;
};

Whole load(const analyzer::Program& program, const Case& recording) {
  Whole whole;
  try {
    const auto reader = trace::openTrace(recording.tracePath());
    auto loaded = std::make_unique<LoadedTrace>(*reader, recording.tracePath());
    if (loaded->state().completeness != trace::Completeness::kComplete) return whole;
    whole.analysis = analyse(program, loaded->header(), loaded->records());
    whole.trace = std::move(loaded);
  } catch (const EnvironmentError&) {  // NOLINT(bugprone-empty-catch): counted as unreadable
  }
  return whole;
}

std::map<AlertKey, const Alert*> byKey(const std::vector<Alert>& alerts) {
  std::map<AlertKey, const Alert*> map;
  for (const Alert& alert : alerts) map.emplace(keyOf(alert), &alert);
  return map;
}

std::string shown(const Alert& alert) {
  const Sighting sighting = sightingOf(alert);
  return alert.recipe->name + "  " + sighting.severity + "  " + sighting.path + "  " +
         sighting.chain;
}

// Where something happened, as far as a loss leaves it alone: when, to whom, and what kind of
// record tells of it. An exec, its mappings and the tally before it have the same time.
using Place = std::tuple<std::uint64_t, std::uint32_t, std::size_t>;

std::set<Place> placesOf(const std::vector<trace::Record>& records) {
  std::set<Place> places;
  for (const trace::Record& record : records) {
    if (const trace::ImageId* id = trace::subjectOf(record)) {
      places.insert({record.timeNs, id->tgid, record.body.index()});
    }
  }
  return places;
}

template <typename T>
std::size_t indexOf() {
  return trace::RecordBody(T{}).index();
}

Place placeOf(const Alert& alert) {
  std::size_t kind = indexOf<trace::Exec>();
  if (alert.mapping != trace::MappingRole::kUnknown) {
    kind = indexOf<trace::Mapping>();
  } else if (alert.attemptNumber != 0) {
    kind = indexOf<trace::Attempt>();
  } else if (alert.errorNumber != 0) {
    kind = indexOf<trace::AttemptTally>();
  }
  return {alert.timeNs, alert.process.id.tgid, kind};
}

// What one injection did.
class Outcome {
 public:
  Outcome(const Case& recording, std::uint64_t seed, InjectionReport& report)
      : recording_(recording), seed_(seed), report_(report) {}

  void compare(const Analysis& before, const Analysis& after, const Lossy& lossy) {
    ++report_.injections;
    report_.lostEvents += lossy.lost;
    knownNs_ = lossy.knownNs;
    report_.vanished += lossy.vanished;
    const auto wanted = byKey(before.alerts);
    const auto got = byKey(after.alerts);
    const std::set<Place> places = placesOf(lossy.records);
    for (const auto& [key, alert] : wanted) {
      const auto found = got.find(key);
      if (found != got.end()) {
        compare(*alert, *found->second);
      } else if (!places.contains(placeOf(*alert))) {
        ++report_.gone;
      } else if (undecided(after, key.recipe) > undecided(before, key.recipe)) {
        ++report_.undecided;
      } else {
        ++report_.silent[key.recipe];
      }
    }
    for (const auto& [key, alert] : got) {
      if (!wanted.contains(key)) judge(*alert, {"not there without the loss"});
    }
  }

 private:
  static std::uint64_t undecided(const Analysis& analysis, const std::string& recipe) {
    const auto found = analysis.summary.recipes.find(recipe);
    return found == analysis.summary.recipes.end() ? 0 : found->second.inconclusive;
  }

  void compare(const Alert& before, const Alert& after) {
    std::vector<std::string> differing = changes(before, after);
    if (differing.empty()) {
      ++report_.same;
    } else {
      judge(after, std::move(differing));
    }
  }

  void judge(const Alert& alert, std::vector<std::string> differing) {
    if (unsure(alert)) {
      ++report_.marked;
      return;
    }
    const bool early = alert.timeNs < knownNs_;
    ++report_.lies;
    report_.early += early ? 1U : 0U;
    if (report_.examples.size() == kMostExamples) return;
    report_.examples.push_back({recording_, seed_, shown(alert), std::move(differing), early});
  }

  const Case& recording_;
  const std::uint64_t seed_;
  std::uint64_t knownNs_ = 0;
  InjectionReport& report_;
};

void add(InjectionReport& sum, const InjectionReport& one) {
  sum.injections += one.injections;
  sum.lostEvents += one.lostEvents;
  sum.vanished += one.vanished;
  sum.same += one.same;
  sum.marked += one.marked;
  sum.undecided += one.undecided;
  sum.gone += one.gone;
  for (const auto& [recipe, count] : one.silent) sum.silent[recipe] += count;
  sum.lies += one.lies;
  sum.early += one.early;
  for (const Lie& lie : one.examples) {
    if (sum.examples.size() < kMostExamples) sum.examples.push_back(lie);
  }
}

}  // namespace

InjectionReport injectLoss(const analyzer::Program& program, const std::vector<Case>& cases,
                           const InjectionOptions& options) {
  InjectionReport report;
  std::vector<Whole> wholes;
  std::vector<std::size_t> usable;  // indices of cases
  inOrder<Whole>(
      cases.size(), options.jobs, [&](std::size_t i) { return load(program, cases[i]); },
      [&](Whole whole) {
        if (whole.trace != nullptr) usable.push_back(wholes.size());
        report.unreadable += whole.trace == nullptr ? 1U : 0U;
        wholes.push_back(std::move(whole));
      });
  if (usable.empty()) return report;
  inOrder<InjectionReport>(
      options.count, options.jobs,
      [&](std::size_t i) {
        InjectionReport one;
        const std::uint64_t seed = options.seed + i;
        Random random(seed);
        // A case of its own number, so that the same seed does the same with this case alone.
        const std::size_t number = usable[seed % usable.size()];
        const LoadedTrace& trace = *wholes[number].trace;
        const Lossy lossy = withLoss(trace.records(), trace.header(), random);
        Outcome(cases[number], seed, one)
            .compare(wholes[number].analysis, analyse(program, trace.header(), lossy.records),
                     lossy);
        return one;
      },
      [&](const InjectionReport& one) { add(report, one); });
  return report;
}

}  // namespace exectrail::replay
