#include "replay/mutation/attacks.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <set>

#include "replay/support/temporary.h"
#include "replay/traces/loaded_trace.h"
#include "replay/verdict/observe.h"
#include "trace/errors.h"

namespace exectrail::replay {
namespace {

constexpr std::string_view kMark = "/opt/tools/m";

void write(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.flush();
  if (!file) throw EnvironmentError("cannot write " + path);
}

// Times of the marks, by their numbers.
std::map<std::size_t, std::uint64_t> marksOf(const LoadedTrace& trace) {
  std::map<std::size_t, std::uint64_t> marks;
  for (const trace::Record& record : trace.records()) {
    const auto* exec = std::get_if<trace::Exec>(&record.body);
    if (exec == nullptr || !exec->typedPath.known()) continue;
    std::string_view typed = exec->typedPath.value;
    if (!typed.starts_with(kMark)) continue;
    typed.remove_prefix(kMark.size());
    std::size_t number = 0;
    const auto end = std::from_chars(typed.data(), typed.data() + typed.size(), number);
    if (end.ec == std::errc() && end.ptr == typed.data() + typed.size()) {
      marks.emplace(number, record.timeNs);
    }
  }
  return marks;
}

AttackResult resultOf(const Disguised::Attempt& attempt, const std::string& recipe,
                      const std::vector<const analyzer::Alert*>& alerts) {
  AttackResult result{attempt, Outcome::kMissed, {}};
  std::set<std::string> by;
  for (const analyzer::Alert* each : alerts) by.insert(each->recipe->name);
  if (by.contains(recipe)) {
    result.outcome = Outcome::kItself;
  } else if (!by.empty()) {
    result.outcome = Outcome::kCompanion;
  }
  for (const std::string& each : by) result.by += (result.by.empty() ? "" : ", ") + each;
  return result;
}

}  // namespace

std::vector<AttackResult> attack(const analyzer::Program& program, const std::string& recipe,
                                 const std::vector<Act>& acts, const LiveOptions& options) {
  const TemporaryDirectory folder;
  const Disguised all = disguised(acts);
  Scenario scenario;
  scenario.directory = folder.path() + "/act";
  scenario.name = "attack/disguised";
  scenario.category = "attack";
  scenario.file = scenario.directory + "/scenario.yaml";
  std::error_code error;
  std::filesystem::create_directory(scenario.directory, error);
  if (error) throw EnvironmentError("cannot make " + scenario.directory + ": " + error.message());
  write(scenario.file, "story: made up\n");
  write(scenario.directory + "/run.sh", all.script);
  const LiveRecording live = recordLive({&scenario, ""}, options);

  const auto whole = trace::openTrace(live.tracePath);
  const LoadedTrace trace(*whole, live.tracePath);
  const auto observed = trace::openTrace(live.tracePath);
  const Observation observation = observe(program, *observed, false);
  const std::map<std::size_t, std::uint64_t> marks = marksOf(trace);
  std::vector<AttackResult> results;
  bool faithful = true;  // the act of these disguises alerts when it is run as it is
  for (std::size_t i = 0; i < all.attempts.size(); ++i) {
    const auto from = marks.find(2 * i);
    const auto to = marks.find(2 * i + 2);
    if (from == marks.end() || to == marks.end() || marks.contains(2 * i + 1)) {
      const bool ran = !marks.contains(2 * i + 1);
      results.push_back({all.attempts[i], Outcome::kUndecided,
                         ran ? "its beginning or end was not recorded" : "it could not be run"});
      continue;
    }
    std::vector<const analyzer::Alert*> alerts;
    for (const analyzer::Alert& each : observation.alerts) {
      const bool during = each.timeNs > from->second && each.timeNs < to->second;
      const bool counts = each.severity != analyzer::Severity::kInfo || each.recipe->name == recipe;
      if (during && counts) alerts.push_back(&each);
    }
    AttackResult result = resultOf(all.attempts[i], recipe, alerts);
    if (all.attempts[i].disguise == kAsItIs) faithful = result.outcome == Outcome::kItself;
    if (!faithful) {
      result.outcome = Outcome::kUndecided;
      result.by = "run as it is the act raises no alert: a stand-in is not enough";
    }
    results.push_back(std::move(result));
  }
  return results;
}

}  // namespace exectrail::replay
