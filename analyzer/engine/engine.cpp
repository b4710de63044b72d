#include "analyzer/engine/engine.h"

#include <algorithm>
#include <deque>
#include <limits>
#include <optional>

#include "analyzer/engine/alert_builder.h"
#include "analyzer/engine/candidates.h"
#include "analyzer/engine/gaps.h"
#include "analyzer/engine/judge.h"
#include "analyzer/engine/process_tree.h"
#include "analyzer/engine/suppression.h"

namespace exectrail::analyzer {

namespace {

constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();

// One recipe, with what it remembers.
struct RunningRecipe {
  RunningRecipe(const Recipe& r, RecipeCounts& c) : recipe(r), counts(c) {
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
  std::optional<Suppressor> suppressor;
  std::optional<Counter> counter;
  std::optional<Sequencer> sequencer;
  std::optional<BoundedMap<bool>> seen;  // in this trace
  const std::set<Key>* known = nullptr;  // before it
};

}  // namespace

struct Engine::State {
  State(const Program& program, const trace::Header& h, AlertSink s, const Baseline* baseline)
      : header(h),
        sink([this, s = std::move(s)](const Alert& alert) { give(alert, s); }),
        candidates(tree.texts()) {
    static const std::set<Key> kNothing;
    for (const Recipe& recipe : program.recipes()) {
      if (!recipe.enabled) continue;
      if (!recipe.firstSeen.empty() && baseline == nullptr) {
        summary.idle.push_back(recipe.info->name);
        continue;
      }
      RunningRecipe& running = recipes.emplace_back(recipe, summary.recipes[recipe.info->name]);
      candidates.add(recipe);
      if (running.sequencer) sequences.push_back(&running);
      if (running.suppressor) suppressed.push_back(&running);
      if (baseline == nullptr) continue;
      const auto found = baseline->find(recipe.info->name);
      running.known = found == baseline->end() ? &kNothing : &found->second;
    }
    for (const RunningRecipe* running : sequences) candidates.add(*running->recipe.sequence);
    candidates.prepare();
  }

  // A summary of suppressed alerts is a count: what a gap in its window swallowed is not in it.
  void give(const Alert& alert, const AlertSink& out) const {
    if (alert.suppressed == 0) return out(alert);
    Alert counted = alert;
    for (const RunningRecipe& running : recipes) {
      if (running.recipe.info != alert.recipe) continue;
      const std::uint64_t window = running.recipe.suppression->windowNs;
      for (const trace::Gap& gap :
           gaps.touching(alert.timeNs - std::min(alert.timeNs, window), timeNs)) {
        if (std::ranges::count(counted.gaps, gap) == 0) counted.gaps.push_back(gap);
      }
    }
    out(counted);
  }

  void operator()(const std::monostate& /*unknown*/) {}
  void operator()(const trace::Snapshot& snapshot) { tree.snapshot(snapshot.image, timeNs); }
  void operator()(const trace::Fork& fork) { tree.fork(fork, timeNs); }
  void operator()(const trace::Exit& exit) { tree.exit(exit); }
  void operator()(const trace::Heartbeat& /*alive*/) {}

  void operator()(const trace::FileHash& /*hash*/) {}  // no recipe decides on these yet
  void operator()(const trace::MountTable& table) { mounts.apply(table, timeNs); }

  void operator()(const trace::Mapping& mapping) {
    judgeAll(Judged(tree.find(mapping.image), mapping, timeNs, world));
  }

  // Attempts of which only the number is known: they count, and decide nothing else.
  void operator()(const trace::AttemptTally& tally) {
    summary.attemptsNotKept += tally.count;
    if (std::ranges::none_of(recipes,
                             [](const auto& running) { return running.counter.has_value(); }))
      return;
    trace::Attempt attempt;
    attempt.caller = tally.caller;
    attempt.errorNumber = tally.errorNumber;
    const Judged judged(tree.find(tally.caller), attempt, timeNs, world);
    for (RunningRecipe& running : recipes) {
      if (running.counter && tally.count != 0) judgeOne(running, judged, tally.count);
    }
  }

  void operator()(const trace::Exec& exec) {
    ++summary.execs;
    judgeAll(Judged(tree.exec(exec, timeNs), timeNs, world));
  }

  void operator()(const trace::Attempt& attempt) {
    ++summary.attempts;
    judgeAll(Judged(tree.find(attempt.caller), attempt, timeNs, world));
  }

  void operator()(const trace::Gap& gap) {
    ++summary.gaps;
    summary.lostEvents += gap.lostEvents;
    gaps.add(gap);
  }

  void judgeAll(const Judged& judged) {
    if (observer) observer(judged);
    const Candidates::Concerned concerned = candidates.of(judged);
    for (const std::uint32_t number : *concerned.inconclusive) {
      ++recipes[number].counts.inconclusive;
    }
    for (const std::uint32_t number : *concerned.toAsk) {
      if (number < recipes.size()) {
        judgeOne(recipes[number], judged, 1);
      } else if (!judged.attempt()) {
        sequences[number - recipes.size()]->sequencer->observe(judged);
      }
    }
  }

  void judgeOne(RunningRecipe& running, const Judged& judged, std::uint64_t weight) {
    Verdict verdict = judge(running.recipe, judged, header.clock.toRealtimeNs(timeNs));
    if (verdict.kind == Verdict::Kind::kNothing) return;
    if (verdict.kind == Verdict::Kind::kAlert) {
      const Tri remembered = askMemory(running, judged, verdict, weight);
      if (remembered == Tri::kFalse) return;
      if (remembered == Tri::kUnknown) verdict.kind = Verdict::Kind::kInconclusive;
    }
    if (verdict.kind == Verdict::Kind::kInconclusive) {
      // Without what must come before it, it decides nothing, whatever it is.
      if (running.sequencer && !running.sequencer->awaits(timeNs)) return;
      ++running.counts.inconclusive;
      return;
    }
    if (!verdict.exemption.empty()) ++running.counts.exempted[verdict.exemption];
    const auto make = [&] { return buildAlert(running.recipe, verdict, judged, header, gaps); };
    if (running.suppressor && !passes(running, judged, verdict, make)) {
      ++running.counts.suppressed;
      return;
    }
    ++running.counts.alerts;
    ++summary.alertsBySeverity.at(static_cast<std::size_t>(verdict.severity));
    if (!silent) sink(make());
  }

  // Whether what came before makes an alert of a trigger.
  static Tri askMemory(RunningRecipe& running, const Judged& judged, Verdict& verdict,
                       std::uint64_t weight) {
    Reason reason;
    Tri result = Tri::kTrue;
    if (running.counter) {
      result = running.counter->add(judged, verdict.directoryClass, weight, reason);
    } else if (running.sequencer) {
      result = running.sequencer->completes(judged, verdict.directoryClass, reason);
    }
    if (result == Tri::kTrue && running.seen) {
      result = isNew(running, judged, verdict.directoryClass, reason);
    }
    if (result == Tri::kTrue && !reason.name.empty()) verdict.reasons.push_back(reason);
    return result;
  }

  static Tri isNew(RunningRecipe& running, const Judged& judged, std::string_view className,
                   Reason& reason) {
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

  bool passes(RunningRecipe& running, const Judged& judged, const Verdict& verdict,
              const std::function<Alert()>& make) {
    const auto keys = keysOf(running.recipe.suppression->key, judged, verdict.directoryClass,
                             OnUnknown::kAsValue);
    const bool passes = running.suppressor->passes(keys.front().key, timeNs, make, sink);
    nextExpiryNs = std::min(nextExpiryNs, running.suppressor->nextExpiryNs());
    return passes;
  }

  // Mostly there is nothing to do; then nobody is asked.
  void advance() {
    if (timeNs < nextExpiryNs) return;
    nextExpiryNs = kNever;
    for (RunningRecipe* running : suppressed) {
      running->suppressor->advance(timeNs, sink);
      nextExpiryNs = std::min(nextExpiryNs, running->suppressor->nextExpiryNs());
    }
  }

  void finish() {
    summary.processesForgotten = tree.evictions();
    for (RunningRecipe& running : recipes) {
      if (running.suppressor) running.suppressor->finish(sink);
      running.counts.evictions = running.evictions();
    }
  }

  trace::Header header;
  AlertSink sink;
  Engine::Observer observer;
  ProcessTree tree;
  Mounts mounts;
  TestMemo memo;
  const World world{&header, &tree, &mounts, &memo};
  Gaps gaps;
  Summary summary;
  std::deque<RunningRecipe> recipes;      // by name
  std::vector<RunningRecipe*> sequences;  // those that want to see all that runs
  std::vector<RunningRecipe*> suppressed;
  Candidates candidates;
  bool silent = false;
  std::uint64_t timeNs = 0;
  std::uint64_t nextExpiryNs = kNever;  // or earlier: of all suppressors
};

Engine::Engine(const Program& program, const trace::Header& header, AlertSink sink,
               const Baseline* baseline)
    : state_(std::make_unique<State>(program, header, std::move(sink), baseline)) {}

Engine::~Engine() = default;

void Engine::process(const trace::Record& record) {
  state_->timeNs = record.timeNs;
  state_->advance();
  std::visit(*state_, record.body);
}

void Engine::continueIn(const trace::Header& segment) { state_->header = segment; }

void Engine::setSilent(bool silent) { state_->silent = silent; }

void Engine::finish() { state_->finish(); }

void Engine::observe(Observer observer) { state_->observer = std::move(observer); }

const Summary& Engine::summary() const { return state_->summary; }

}  // namespace exectrail::analyzer
