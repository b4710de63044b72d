// mutate --attacks.
#include "replay/mutation/attacks.h"

#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>

#include "replay/commands/commands.h"
#include "replay/commands/workload.h"
#include "trace/errors.h"
#include "trace/escape.h"

namespace exectrail::replay {
namespace {

struct Tally {
  std::size_t itself = 0, companion = 0, missed = 0, undecided = 0;

  std::size_t decided() const { return itself + companion + missed; }
  // Nothing decided is nothing caught: --fail-below must not pass by it.
  std::size_t percent() const {
    return decided() == 0 ? 0 : (itself + companion) * 100 / decided();
  }
  void add(const AttackResult& each) {
    itself += each.outcome == Outcome::kItself ? 1U : 0U;
    companion += each.outcome == Outcome::kCompanion ? 1U : 0U;
    missed += each.outcome == Outcome::kMissed ? 1U : 0U;
    undecided += each.outcome == Outcome::kUndecided ? 1U : 0U;
  }
  void add(const Tally& other) {
    itself += other.itself;
    companion += other.companion;
    missed += other.missed;
    undecided += other.undecided;
  }
};

const char* wordOf(Outcome outcome) {
  switch (outcome) {
    case Outcome::kItself:
      return "itself";
    case Outcome::kCompanion:
      return "companion";
    case Outcome::kMissed:
      return "missed";
    case Outcome::kUndecided:
      break;
  }
  return "undecided";
}

void print(std::ostream& out, const std::string& recipe, const AttackResult& each, bool verbose) {
  const bool caught = each.outcome == Outcome::kItself || each.outcome == Outcome::kCompanion;
  if (caught && !verbose) return;
  const char* const word = caught                             ? "caught    "
                           : each.outcome == Outcome::kMissed ? "MISSED    "
                                                              : "undecided ";
  std::string what = each.attempt.what;
  if (what.size() > 60) what = what.substr(0, 60) + "…";
  out << word << recipe << ": " << each.attempt.disguise << ", " << trace::escapeForTerminal(what);
  if (!each.by.empty()) out << (caught ? "  by " : ": ") << each.by;
  out << "\n";
}

void print(std::ostream& out, const std::string& name, const Tally& tally) {
  out << name << ": " << tally.percent() << " % of " << tally.decided() << " caught, "
      << tally.itself << " by itself, " << tally.companion << " by a companion; " << tally.missed
      << " missed, " << tally.undecided << " undecided\n";
}

}  // namespace

int attacksCommand(const MutateOptions& options, std::ostream& out, std::ostream& errors) {
  if (::geteuid() != 0) {
    throw EnvironmentError(
        "mutate --attacks runs its disguises below the recorder, which needs root; "
        "this is user " +
        std::to_string(::geteuid()) + ": run it with sudo");
  }
  const auto program = loadProgram(options.recipes, errors);
  if (program == nullptr || !hasRecipes(*program, options.only, errors)) return kExitUsage;
  const LiveOptions live{
      siblingProgram("exectrail-record"), ownProgram(), {}, std::chrono::seconds(120)};
  Tally all;
  const bool json = options.format == ReportFormat::kJson;
  for (const analyzer::Recipe& recipe : program->recipes()) {
    const std::string& name = recipe.info->name;
    const bool wanted = options.only.empty() || std::ranges::count(options.only, name) > 0;
    if (!wanted || !recipe.enabled || !recipe.firstSeen.empty()) continue;
    const Acts acts = actsOf(recipe);
    if (acts.all.empty()) {
      if (json) {
        out << nlohmann::ordered_json{{"recipe", name}, {"not_tried", acts.whyNone}} << "\n";
      } else {
        out << name << ": not tried, " << acts.whyNone << "\n";
      }
      continue;
    }
    Tally tally;
    for (const AttackResult& each : attack(*program, name, acts.all, live)) {
      tally.add(each);
      if (json) {
        out << nlohmann::ordered_json{{"recipe", name},
                                      {"disguise", each.attempt.disguise},
                                      {"act", trace::escapeForTerminal(each.attempt.what)},
                                      {"outcome", wordOf(each.outcome)},
                                      {"by", each.by}}
            << "\n";
      } else {
        print(out, name, each, options.verbose);
      }
    }
    if (!json) print(out, name, tally);
    out.flush();
    all.add(tally);
  }
  if (json) {
    out << nlohmann::ordered_json{{"totals",
                                   {{"itself", all.itself},
                                    {"companion", all.companion},
                                    {"missed", all.missed},
                                    {"undecided", all.undecided}}}}
        << "\n";
  } else {
    print(out, "all", all);
  }
  return all.percent() >= options.failBelow ? kExitDone : kExitFound;
}

}  // namespace exectrail::replay
