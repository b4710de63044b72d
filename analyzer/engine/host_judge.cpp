#include "analyzer/engine/host_judge.h"

#include <algorithm>
#include <bit>

#include "analyzer/compiler/workloads.h"
#include "analyzer/engine/alert_builder.h"

namespace exectrail::analyzer {
namespace {

constexpr std::size_t kLeastRemembered = 512;

// Of a table of answers that one host would have whole.
std::size_t shareOf(std::size_t entries, std::size_t hosts) {
  return std::max(kLeastRemembered, std::bit_floor(entries / std::max<std::size_t>(hosts, 1)));
}

template <typename Running>
Tri isNew(Running& running, const Judged& judged, std::string_view className, Reason& reason) {
  const auto keys = keysOf(running.recipe.firstSeen, judged, className, OnUnknown::kNothing);
  if (keys.empty()) return Tri::kUnknown;
  Tri result = Tri::kFalse;
  for (const KeyedValues& each : keys) {
    if (running.known->contains(each.key)) continue;
    bool& seen = running.seen->get(each.key);
    if (seen) continue;
    seen = true;
    result = Tri::kTrue;
    std::string values;
    for (const std::string& text : each.texts) values += (values.empty() ? "" : ", ") + text;
    reason = {"first_seen", "new", values, {}};
  }
  return result;
}

// Whether what came before makes an alert of a trigger.
template <typename Running>
Tri askMemory(Running& running, const Judged& judged, std::string_view className,
              std::uint64_t weight, Reason& reason) {
  Tri result = Tri::kTrue;
  if (running.counter) {
    result = running.counter->add(judged, className, weight, reason);
  } else if (running.sequencer) {
    result = running.sequencer->completes(judged, className, reason);
  }
  if (result == Tri::kTrue && running.seen) result = isNew(running, judged, className, reason);
  return result;
}

}  // namespace

struct HostJudge::RunningRecipe {
  RunningRecipe(const Recipe& r, RecipeCounts& c, RecipeProfile& p)
      : recipe(r), counts(c), profile(p) {
    if (recipe.suppression) suppressor.emplace(*recipe.suppression);
    if (recipe.count) counter.emplace(*recipe.count);
    if (recipe.sequence) sequencer.emplace(*recipe.sequence);
    if (!recipe.firstSeen.empty()) seen.emplace(kMaxKeys);
  }

  std::uint64_t evictions() const {
    return (suppressor ? suppressor->evictions() : 0) + (counter ? counter->evictions() : 0) +
           (sequencer ? sequencer->evictions() : 0) + (seen ? seen->evictions() : 0);
  }

  const Recipe& recipe;
  RecipeCounts& counts;
  RecipeProfile& profile;
  std::uint64_t lastCandidate = 0;  // its number among all that was judged
  std::optional<Suppressor> suppressor;
  std::optional<Counter> counter;
  std::optional<Sequencer> sequencer;
  std::optional<BoundedMap<bool>> seen;  // in this trace
  const std::set<Key>* known = nullptr;  // before it
};

HostJudge::HostJudge(OfTrace& trace, const trace::Header& header,
                     std::shared_ptr<const trace::Header> own, std::size_t hosts)
    : trace_(trace),
      header_(header),
      own_(std::move(own)),
      sink_([this](const Alert& alert) { give(alert); }),
      memo_(shareOf(TestMemo::kEntries, hosts)),
      candidates_(tree_.texts(), trace.program.derived().get<ArgumentAutomata>()) {
  static const std::set<Key> kNothing;
  for (const Recipe& recipe : trace.program.recipes()) {
    if (!recipe.enabled) continue;
    const std::string& name = recipe.info->name;
    if (!recipe.firstSeen.empty() && trace.baseline == nullptr) continue;  // idle
    RunningRecipe& running = *recipes_.emplace_back(std::make_unique<RunningRecipe>(
        recipe, trace.summary.recipes[name], trace.profile.recipes[name]));
    candidates_.add(recipe);
    if (running.sequencer) sequences_.push_back(&running);
    if (running.suppressor) suppressed_.push_back(&running);
    counts_ = counts_ || running.counter.has_value();
    if (trace.baseline == nullptr) continue;
    const auto found = trace.baseline->find(name);
    running.known = found == trace.baseline->end() ? &kNothing : &found->second;
  }
  for (const RunningRecipe* running : sequences_) candidates_.add(*running->recipe.sequence);
  candidates_.prepare();
}

HostJudge::~HostJudge() = default;

// A summary of suppressed alerts is a count: what a gap in its window swallowed is not in it.
void HostJudge::give(const Alert& alert) const {
  if (alert.suppressed == 0) return handOver(alert);
  Alert counted = alert;
  for (const auto& running : recipes_) {
    if (running->recipe.info != alert.recipe) continue;
    const std::uint64_t window = running->recipe.suppression->windowNs;
    for (const trace::Gap& gap :
         gaps_.touching(alert.timeNs - std::min(alert.timeNs, window), timeNs_)) {
      if (std::ranges::count(counted.gaps, gap) == 0) counted.gaps.push_back(gap);
    }
  }
  handOver(counted);
}

void HostJudge::handOver(const Alert& alert) const {
  if (trace_.silent) return;
  if (!trace_.clock) return trace_.sink(alert);
  const std::uint64_t startNs = trace_.clock();
  trace_.sink(alert);
  trace_.profile.sinkNs += trace_.clock() - startNs;
}

void HostJudge::process(const trace::Record& record) {
  timeNs_ = record.timeNs;
  advance();
  std::visit(*this, record.body);
}

void HostJudge::operator()(const trace::Mapping& mapping) {
  judgeAll(Judged(tree_.find(mapping.image), mapping, timeNs_, world_));
}

// Attempts of which only the number is known: they count, and decide nothing else.
void HostJudge::operator()(const trace::AttemptTally& tally) {
  trace_.summary.attemptsNotKept += tally.count;
  if (!counts_ || tally.count == 0) return;
  trace::Attempt attempt;
  attempt.caller = tally.caller;
  attempt.errorNumber = tally.errorNumber;
  const Judged judged(tree_.find(tally.caller), attempt, timeNs_, world_);
  ++trace_.judged;
  for (const auto& running : recipes_) {
    if (running->counter) ask(*running, [&] { judgeOne(*running, judged, tally.count); });
  }
}

void HostJudge::operator()(const trace::Exec& exec) {
  ++trace_.summary.execs;
  judgeAll(Judged(tree_.exec(exec, timeNs_), timeNs_, world_));
}

void HostJudge::operator()(const trace::Attempt& attempt) {
  ++trace_.summary.attempts;
  judgeAll(Judged(tree_.find(attempt.caller), attempt, timeNs_, world_));
}

void HostJudge::operator()(const trace::Gap& gap) {
  ++trace_.summary.gaps;
  trace_.summary.lostEvents += gap.lostEvents;
  gaps_.add(gap);
  // A ring tells of its loss when its next event comes: others may have been judged meanwhile.
  for (Alert& given : given_) {
    if (gap.fromNs > given.timeNs || gap.toNs < given.decisionFromNs) continue;
    given.gaps.push_back(gap);
    given.amended = true;
    handOver(given);
  }
}

void HostJudge::judgeAll(const Judged& judged) {
  if (trace_.observer) trace_.observer(judged);
  ++trace_.judged;
  const Candidates::Concerned concerned = candidates_.of(judged);
  for (const std::uint32_t number : *concerned.inconclusive) {
    ++recipes_[number]->counts.inconclusive;
    if (trace_.clock) ++recipes_[number]->profile.candidates;
  }
  for (const std::uint32_t number : *concerned.toAsk) {
    if (number < recipes_.size()) {
      RunningRecipe& running = *recipes_[number];
      ask(running, [&] { judgeOne(running, judged, 1); });
    } else if (!judged.attempt()) {
      RunningRecipe& running = *sequences_[number - recipes_.size()];
      ask(running, [&] { running.sequencer->observe(judged); });
    }
  }
}

// What it costs is counted if somebody wants to know.
template <typename Ask>
void HostJudge::ask(RunningRecipe& running, Ask what) {
  if (!trace_.clock) return what();
  RecipeProfile& profile = running.profile;
  ++profile.evaluations;
  if (running.lastCandidate != trace_.judged) ++profile.candidates;
  running.lastCandidate = trace_.judged;
  const std::uint64_t sinkNs = trace_.profile.sinkNs;
  const std::uint64_t startNs = trace_.clock();
  what();
  profile.timeNs += trace_.clock() - startNs - (trace_.profile.sinkNs - sinkNs);
}

void HostJudge::judgeOne(RunningRecipe& running, const Judged& judged, std::uint64_t weight) {
  // Without what must come before it, it decides nothing, whatever it is.
  const bool awaited = !running.sequencer || running.sequencer->awaits(timeNs_);
  if (!awaited && !running.counter) return;
  Memory memory;
  if (running.counter || running.sequencer || running.seen) {
    memory = [&](std::string_view className, Reason& reason) {
      return askMemory(running, judged, className, weight, reason);
    };
  }
  Verdict verdict = judge(running.recipe, judged, header_.clock.toRealtimeNs(timeNs_), memory);
  if (verdict.kind == Verdict::Kind::kNothing) return;
  if (verdict.kind == Verdict::Kind::kInconclusive) {
    if (awaited) ++running.counts.inconclusive;
    return;
  }
  if (!verdict.exemption.empty()) ++running.counts.exempted[verdict.exemption];
  // Asked for at most once.
  const auto make = [&] {
    Alert alert = buildAlert(running.recipe, std::move(verdict), judged, header_, gaps_, ids_);
    alert.header = own_;
    const auto& container = alert.process.context->containerId;
    if (const auto& workloads = trace_.program.workloads(); workloads && container.known()) {
      alert.workload = workloads->find(container.value);
    }
    return alert;
  };
  if (running.suppressor && !passes(running, judged, verdict, make)) {
    ++running.counts.suppressed;
    return;
  }
  ++running.counts.alerts;
  ++trace_.summary.alertsBySeverity.at(static_cast<std::size_t>(verdict.severity));
  Alert alert = make();
  sink_(alert);
  remember(std::move(alert));
}

void HostJudge::remember(Alert&& alert) {
  if (given_.size() >= kMostGiven) given_.pop_front();
  given_.push_back(std::move(alert));
}

bool HostJudge::passes(RunningRecipe& running, const Judged& judged, const Verdict& verdict,
                       const std::function<Alert()>& make) {
  const auto keys =
      keysOf(running.recipe.suppression->key, judged, verdict.directoryClass, OnUnknown::kAsValue);
  const bool passes = running.suppressor->passes(keys.front().key, timeNs_, make, sink_);
  nextExpiryNs_ = std::min(nextExpiryNs_, running.suppressor->nextExpiryNs());
  return passes;
}

// Mostly there is nothing to do; then nobody is asked.
void HostJudge::advance() {
  if (timeNs_ < nextExpiryNs_) return;
  nextExpiryNs_ = kNever;
  for (RunningRecipe* running : suppressed_) {
    running->suppressor->advance(timeNs_, sink_);
    nextExpiryNs_ = std::min(nextExpiryNs_, running->suppressor->nextExpiryNs());
  }
}

void HostJudge::finish() {
  trace_.summary.processesForgotten += tree_.evictions();
  for (const auto& running : recipes_) {
    if (running->suppressor) running->suppressor->finish(sink_);
    running->counts.evictions += running->evictions();
  }
}

}  // namespace exectrail::analyzer
