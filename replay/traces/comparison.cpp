#include "replay/traces/comparison.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "replay/verdict/analysis.h"
#include "trace/errors.h"

namespace exectrail::replay {
namespace {

namespace fs = std::filesystem;

using analyzer::Alert;
using Alerts = std::map<AlertKey, Alert>;

void count(const Alerts& alerts, Volume RecipeVolumes::*volume, TraceComparison& result) {
  for (const auto& [key, alert] : alerts) {
    const bool counts = alert.severity != analyzer::Severity::kInfo && alert.suppressed == 0;
    (result.recipes[key.recipe].*volume).alerts += counts ? 1U : 0U;
  }
}

void count(const analyzer::Summary& summary, Volume RecipeVolumes::*volume,
           TraceComparison& result) {
  for (const auto& [recipe, counts] : summary.recipes) {
    (result.recipes[recipe].*volume).undecided += counts.inconclusive;
  }
}

void compare(const Alerts& before, const Alerts& after, TraceComparison& result) {
  for (const auto& [key, alert] : before) {
    const auto found = after.find(key);
    if (found == after.end()) {
      result.changes.push_back({ChangeKind::kRemoved, alert, {}});
      continue;
    }
    std::vector<std::string> differing = changes(alert, found->second);
    if (differing.empty()) continue;
    result.changes.push_back({ChangeKind::kChanged, found->second, std::move(differing)});
  }
  for (const auto& [key, alert] : after) {
    if (!before.contains(key)) result.changes.push_back({ChangeKind::kAdded, alert, {}});
  }
  std::stable_sort(result.changes.begin(), result.changes.end(),
                   [](const auto& a, const auto& b) { return keyOf(a.alert) < keyOf(b.alert); });
}

bool isOfScenario(const trace::Header& header) {
  return std::any_of(header.provenance.begin(), header.provenance.end(),
                     [](const std::string& line) { return line.starts_with("cut to scenario "); });
}

void run(trace::Reader& reader, const analyzer::Program& before, const analyzer::Program& after,
         TraceComparison& result) {
  result.ofScenario = isOfScenario(reader.header());
  Alerts alertsBefore;
  Alerts alertsAfter;
  analyzer::Engine engineBefore(before, reader.header(), [&](const Alert& alert) {
    alertsBefore.emplace(keyOf(alert), alert);
  });
  analyzer::Engine engineAfter(after, reader.header(), [&](const Alert& alert) {
    alertsAfter.emplace(keyOf(alert), alert);
  });
  trace::Record record;
  std::uint64_t firstNs = reader.header().clock.monotonicNs;
  std::uint64_t lastNs = firstNs;
  while (reader.next(record)) {
    lastNs = std::max(lastNs, record.timeNs);
    engineBefore.process(record);
    engineAfter.process(record);
  }
  engineBefore.finish();
  engineAfter.finish();
  if (reader.end()) lastNs = std::max(lastNs, reader.end()->timeNs);
  result.spanNs = lastNs - firstNs;
  if (reader.state().completeness != trace::Completeness::kComplete) {
    result.problem = reader.state().problem;
  }
  count(alertsBefore, &RecipeVolumes::before, result);
  count(alertsAfter, &RecipeVolumes::after, result);
  count(engineBefore.summary(), &RecipeVolumes::before, result);
  count(engineAfter.summary(), &RecipeVolumes::after, result);
  for (auto& [name, volumes] : result.recipes) {
    result.undecidedDiffer |= volumes.before.undecided != volumes.after.undecided;
    if (result.ofScenario) continue;
    volumes.hostBefore = volumes.before;
    volumes.hostAfter = volumes.after;
  }
  compare(alertsBefore, alertsAfter, result);
}

void add(Volume& sum, const Volume& one) {
  sum.alerts += one.alerts;
  sum.undecided += one.undecided;
}

}  // namespace

TraceComparison compareOver(const std::string& path, const analyzer::Program& before,
                            const analyzer::Program& after) {
  TraceComparison result;
  result.path = path;
  try {
    run(*trace::openTrace(path), before, after, result);
  } catch (const EnvironmentError& error) {
    result.problem = error.what();
  }
  return result;
}

void ComparisonTotals::add(const TraceComparison& trace) {
  ++traces;
  scenarioTraces += trace.ofScenario ? 1U : 0U;
  problems += trace.problem.empty() ? 0U : 1U;
  if (!trace.ofScenario) hostNs += trace.spanNs;
  for (const AlertChange& change : trace.changes) {
    added += change.kind == ChangeKind::kAdded ? 1U : 0U;
    removed += change.kind == ChangeKind::kRemoved ? 1U : 0U;
    changed += change.kind == ChangeKind::kChanged ? 1U : 0U;
  }
  undecidedDiffer = undecidedDiffer || trace.undecidedDiffer;
  for (const auto& [name, volumes] : trace.recipes) {
    RecipeVolumes& sum = recipes[name];
    replay::add(sum.before, volumes.before);
    replay::add(sum.after, volumes.after);
    replay::add(sum.hostBefore, volumes.hostBefore);
    replay::add(sum.hostAfter, volumes.hostAfter);
  }
}

std::vector<std::string> tracesAt(const std::vector<std::string>& paths) {
  std::vector<std::string> found;
  for (const std::string& path : paths) {
    std::error_code error;
    if (!fs::exists(path, error)) throw EnvironmentError(path + ": no such file or folder");
    if (!fs::is_directory(path, error)) {
      found.push_back(path);
      continue;
    }
    std::set<std::string> below;
    const auto options = fs::directory_options::skip_permission_denied;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(path, options)) {
      if (entry.path().extension() == ".trail" && entry.is_regular_file(error)) {
        below.insert(entry.path().lexically_normal().string());
      }
    }
    if (below.empty()) throw EnvironmentError(path + " holds no trace (*.trail)");
    found.insert(found.end(), below.begin(), below.end());
  }
  return found;
}

}  // namespace exectrail::replay
