#include "analyzer/engine/memory.h"

#include <algorithm>

#include "analyzer/engine/evaluate.h"
#include "analyzer/engine/facts.h"
#include "trace/readable.h"

namespace exectrail::analyzer {

std::uint64_t Counter::total(const Counts& counts) {
  std::uint64_t total = 0;
  for (const Seen& seen : counts.seen) total += seen.weight;
  return total;
}

std::optional<Counter::Addition> Counter::addition(const std::vector<KeyField>& key,
                                                   const std::optional<KeyField>& distinct,
                                                   const Judged& judged,
                                                   std::string_view className) const {
  Addition result{keysOf(key, judged, className, OnUnknown::kNothing), {}};
  if (result.keys.empty()) return std::nullopt;
  if (!distinct) return result;
  const auto values = keysOf({*distinct}, judged, className, OnUnknown::kNothing);
  if (values.empty()) return std::nullopt;
  result.distinct = values.front().key;
  return result;
}

Tri Counter::add(const Judged& judged, std::string_view className, std::uint64_t weight,
                 Reason& reason) {
  const auto one = [&](std::optional<Addition> addition) {
    if (!addition) return Tri::kUnknown;
    return addOne(*addition, judged.timeNs(), addition->distinct ? 1 : weight, reason);
  };
  if (rule_.branches.empty()) return one(addition(rule_.key, rule_.distinct, judged, className));
  Tri result = Tri::kFalse;
  for (std::size_t i = 0; i < rule_.branches.size(); ++i) {
    const CountRule::Branch& branch = rule_.branches[i];
    const Tri matches = evaluate(branch.condition, judged, className);
    if (matches == Tri::kFalse) continue;
    Tri added = Tri::kUnknown;
    if (matches == Tri::kTrue) {
      auto values = addition(branch.key, branch.distinct, judged, className);
      if (values && rule_.eachBranch) values->distinct = keyOf({std::to_string(i)});
      added = one(std::move(values));
    }
    if (added == Tri::kTrue) return Tri::kTrue;
    if (added == Tri::kUnknown) result = Tri::kUnknown;
  }
  return result;
}

Tri Counter::addOne(const Addition& addition, std::uint64_t timeNs, std::uint64_t weight,
                    Reason& reason) {
  // Of a key that nothing came for in twice that time, nothing would count any more, also if some
  // of what comes now is that much late.
  counts_.forget([&](const Counts& counts) {
    return std::ranges::all_of(counts.seen, [&](const Seen& seen) {
      return timeNs >= seen.timeNs && (timeNs - seen.timeNs) / 2 > rule_.withinNs;
    });
  });
  Tri result = Tri::kFalse;
  const Key distinct = addition.distinct.value_or(Key{});
  for (const KeyedValues& each : addition.keys) {
    Counts& counts = counts_.get(each.key);
    const auto old = [&](const Seen& seen) {
      const bool gone = timeNs >= seen.timeNs && timeNs - seen.timeNs > rule_.withinNs;
      return gone || (addition.distinct && seen.distinct == distinct);
    };
    std::erase_if(counts.seen, old);
    counts.seen.push_back({timeNs, std::min<std::uint64_t>(weight, rule_.atLeast), distinct});
    if (counts.seen.size() > rule_.atLeast) counts.seen.erase(counts.seen.begin());
    if (total(counts) < rule_.atLeast) continue;
    const std::uint64_t span = timeNs - std::min(timeNs, counts.seen.front().timeNs);
    reason = {"count",
              "count",
              std::to_string(total(counts)) + " within " +
                  trace::readableDuration(static_cast<std::int64_t>(span)),
              {}};
    counts_.erase(each.key);
    result = Tri::kTrue;
  }
  return result;
}

Tri Sequencer::completes(const Judged& judged, std::string_view className, Reason& reason) {
  if (!awaits(judged.timeNs())) return Tri::kFalse;
  const auto keys = keysOf(rule_.key, judged, className, OnUnknown::kNothing);
  if (keys.empty()) return Tri::kUnknown;
  Tri result = Tri::kFalse;
  for (const KeyedValues& each : keys) {
    Chains* chains = chains_.find(each.key);
    if (chains == nullptr) continue;
    if (fresh(chains->sure.back(), judged.timeNs())) {
      const Chain& chain = chains->sure.back();
      reason = {
          "sequence",
          "after",
          chain.told + ", begun " +
              trace::readableDuration(static_cast<std::int64_t>(judged.timeNs() - chain.startNs)) +
              " earlier",
          {}};
      return Tri::kTrue;
    }
    if (fresh(chains->possible.back(), judged.timeNs())) result = Tri::kUnknown;
  }
  return result;
}

void Sequencer::extend(std::vector<Chain>& chains, std::size_t step, const Judged& judged) const {
  Chain& chain = chains[step];
  if (step > 0 && !fresh(chains[step - 1], judged.timeNs())) return;
  const Chain before = step == 0 ? Chain{true, judged.timeNs(), {}} : chains[step - 1];
  if (chain.begun && chain.startNs > before.startNs) return;
  chain = before;
  chain.told += (chain.told.empty() ? "" : ", then ") + rule_.steps[step].name + " " +
                (judged.facts() == nullptr ? "?" : displayName(*judged.facts())) + "(" +
                std::to_string(judged.node()->id.tgid) + ")";
}

void Sequencer::observe(const Judged& judged) {
  // From the last to the first: one exec does not serve as two steps.
  for (std::size_t step = rule_.steps.size(); step-- > 0;) {
    const Tri matches = evaluate(rule_.steps[step].condition, judged, {});
    if (matches == Tri::kFalse) continue;
    for (const KeyedValues& each : keysOf(rule_.steps[step].key, judged, {}, OnUnknown::kNothing)) {
      if (step > 0 && chains_.find(each.key) == nullptr) continue;
      Chains& chains = chains_.get(each.key);
      chains.sure.resize(rule_.steps.size());
      chains.possible.resize(rule_.steps.size());
      if (matches == Tri::kTrue) extend(chains.sure, step, judged);
      extend(chains.possible, step, judged);
      if (chains.possible.back().begun) lastNs_ = judged.timeNs();
    }
  }
}

}  // namespace exectrail::analyzer
