// diff.
#include <algorithm>
#include <cstdio>
#include <iomanip>
#include <nlohmann/json.hpp>
#include <ostream>

#include "replay/commands/commands.h"
#include "replay/commands/recipe_set.h"
#include "replay/commands/workload.h"
#include "replay/support/ordered.h"
#include "replay/traces/comparison.h"
#include "replay/verdict/match.h"
#include "trace/errors.h"
#include "trace/escape.h"
#include "trace/readable.h"

namespace exectrail::replay {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kNsPerDay = 86'400e9;

std::string_view name(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::kAdded:
      return "added";
    case ChangeKind::kRemoved:
      return "removed";
    case ChangeKind::kChanged:
      return "changed";
  }
  return "?";
}

std::map<std::string, std::string> versions(const analyzer::Program& program) {
  std::map<std::string, std::string> found;
  for (const analyzer::Recipe& recipe : program.recipes()) {
    found[recipe.info->name] = recipe.info->version + (recipe.enabled ? "" : " (off)");
  }
  return found;
}

// Recipes that only one set has, or whose version differs: name, before, after.
struct RecipeChange {
  std::string name;
  std::string before;  // empty: it is not there
  std::string after;
};

std::vector<RecipeChange> recipeChanges(const analyzer::Program& before,
                                        const analyzer::Program& after) {
  std::map<std::string, RecipeChange> all;
  for (const auto& [name, version] : versions(before)) all[name] = {name, version, ""};
  for (const auto& [name, version] : versions(after)) {
    all[name].name = name;
    all[name].after = version;
  }
  std::vector<RecipeChange> found;
  for (const auto& [name, change] : all) {
    if (change.before != change.after) found.push_back(change);
  }
  return found;
}

std::string perDay(std::uint64_t alerts, std::uint64_t ns) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f",
                static_cast<double>(alerts) * kNsPerDay / static_cast<double>(ns));
  return text;
}

class Printer {
 public:
  virtual ~Printer() = default;
  virtual void recipes(const std::vector<RecipeChange>& changes) = 0;
  virtual void trace(const TraceComparison& trace) = 0;
  virtual void finish(const ComparisonTotals& totals) = 0;
};

class TextPrinter : public Printer {
 public:
  explicit TextPrinter(std::ostream& out) : out_(out) {}

  void recipes(const std::vector<RecipeChange>& changes) override {
    for (const RecipeChange& each : changes) {
      out_ << "recipe        " << each.name << ": ";
      if (each.before.empty()) {
        out_ << "new, " << each.after << "\n";
      } else if (each.after.empty()) {
        out_ << "gone, was " << each.before << "\n";
      } else {
        out_ << each.before << " → " << each.after << "\n";
      }
    }
  }

  void trace(const TraceComparison& trace) override {
    const std::string path = trace::escapeForTerminal(trace.path);
    if (!trace.problem.empty()) {
      out_ << "PROBLEM       " << path << ": " << trace::escapeForTerminal(trace.problem) << "\n";
    }
    for (const AlertChange& change : trace.changes) {
      const char* const word = change.kind == ChangeKind::kAdded     ? "ADDED"
                               : change.kind == ChangeKind::kRemoved ? "REMOVED"
                                                                     : "CHANGED";
      out_ << std::left << std::setw(14) << word << path << "\n";
      const Sighting sighting = sightingOf(change.alert);
      out_ << "    " << change.alert.recipe->name << "  " << sighting.severity << "  "
           << sighting.path << "  " << sighting.chain << "\n";
      for (const std::string& each : change.differing) out_ << "    differs   " << each << "\n";
    }
    for (const auto& [recipe, volumes] : trace.recipes) {
      if (volumes.before.undecided == volumes.after.undecided) continue;
      out_ << "UNDECIDED     " << path << "\n    " << recipe << ": " << volumes.before.undecided
           << " → " << volumes.after.undecided << " execs\n";
    }
  }

  void finish(const ComparisonTotals& totals) override {
    for (const auto& [recipe, volumes] : totals.recipes) {
      if (volumes.before.alerts == volumes.after.alerts) continue;
      out_ << "alerts        " << recipe << ": " << volumes.before.alerts << " → "
           << volumes.after.alerts << "\n";
    }
    out_ << totals.traces << (totals.traces == 1 ? " trace: " : " traces: ") << totals.added
         << " alerts added, " << totals.removed << " removed, " << totals.changed << " changed";
    if (totals.undecidedDiffer) out_ << "; what could not be decided differs";
    if (totals.problems > 0) out_ << "; " << totals.problems << " not whole";
    out_ << "\n";
    estimate(totals);
  }

 private:
  // A scenario's seconds say nothing about a day.
  void estimate(const ComparisonTotals& totals) {
    if (totals.hostNs == 0) {
      out_ << "no estimate per host-day: all traces are recordings of scenarios\n";
      return;
    }
    out_ << "alerts per host-day, from " << totals.traces - totals.scenarioTraces
         << " traces of hosts over "
         << trace::readableDuration(static_cast<std::int64_t>(totals.hostNs)) << " in all:\n";
    Volume before;
    Volume after;
    for (const auto& [recipe, volumes] : totals.recipes) {
      before.alerts += volumes.hostBefore.alerts;
      after.alerts += volumes.hostAfter.alerts;
      if (volumes.hostBefore.alerts == volumes.hostAfter.alerts) continue;
      out_ << "    " << recipe << ": " << perDay(volumes.hostBefore.alerts, totals.hostNs) << " → "
           << perDay(volumes.hostAfter.alerts, totals.hostNs) << "\n";
    }
    out_ << "    all recipes: " << perDay(before.alerts, totals.hostNs) << " → "
         << perDay(after.alerts, totals.hostNs) << "\n";
  }

  std::ostream& out_;
};

class JsonPrinter : public Printer {
 public:
  explicit JsonPrinter(std::ostream& out) : out_(out) {}

  void recipes(const std::vector<RecipeChange>& changes) override {
    for (const RecipeChange& each : changes) {
      print({{"recipe", each.name}, {"before", each.before}, {"after", each.after}});
    }
  }

  void trace(const TraceComparison& trace) override {
    if (!trace.problem.empty()) print({{"trace", trace.path}, {"problem", trace.problem}});
    for (const AlertChange& change : trace.changes) {
      const Sighting sighting = sightingOf(change.alert);
      print({{"change", name(change.kind)},
             {"trace", trace.path},
             {"recipe", change.alert.recipe->name},
             {"id", change.alert.id},
             {"severity", sighting.severity},
             {"path", sighting.path},
             {"chain", sighting.chain},
             {"differs", change.differing}});
    }
  }

  void finish(const ComparisonTotals& totals) override {
    Json recipes = Json::object();
    for (const auto& [recipe, volumes] : totals.recipes) {
      recipes[recipe] = {
          {"alerts", {volumes.before.alerts, volumes.after.alerts}},
          {"undecided", {volumes.before.undecided, volumes.after.undecided}},
          {"alerts_on_hosts", {volumes.hostBefore.alerts, volumes.hostAfter.alerts}}};
    }
    print({{"totals",
            {{"traces", totals.traces},
             {"scenario_traces", totals.scenarioTraces},
             {"problems", totals.problems},
             {"added", totals.added},
             {"removed", totals.removed},
             {"changed", totals.changed},
             {"host_days", static_cast<double>(totals.hostNs) / kNsPerDay},
             {"recipes", recipes}}}});
  }

 private:
  // Paths may hold bytes that are not UTF-8.
  void print(const Json& json) {
    out_ << json.dump(-1, ' ', false, Json::error_handler_t::replace) << "\n";
  }

  std::ostream& out_;
};

std::shared_ptr<const analyzer::Program> programOf(const std::string& set,
                                                   const CompareOptions& options,
                                                   std::ostream& errors) {
  if (options.rules) {
    RecipeOptions rules;
    rules.rules = {set};
    return loadProgram(rules, errors);
  }
  analyzer::Diagnostics diagnostics;
  std::vector<std::string> specs;
  if (options.besideShipped) specs.emplace_back("shipped");
  specs.push_back(set);
  std::shared_ptr<const analyzer::Program> program = compileSets(specs, diagnostics);
  errors << diagnostics.format();
  if (program == nullptr && !options.besideShipped) {
    errors << "exectrail-replay: " << trace::quoteForTerminal(set)
           << " is not a whole set of recipes; with --beside-shipped it adds to the shipped ones\n";
  }
  return program;
}

}  // namespace

int compareCommand(const CompareOptions& options, std::ostream& out, std::ostream& errors) {
  const auto before = programOf(options.before, options, errors);
  if (before == nullptr) return kExitUsage;
  const auto after = programOf(options.after, options, errors);
  if (after == nullptr) return kExitUsage;
  const std::vector<std::string> traces = tracesAt(options.paths);
  std::unique_ptr<Printer> printer;
  if (options.format == ReportFormat::kJson) {
    printer = std::make_unique<JsonPrinter>(out);
  } else {
    printer = std::make_unique<TextPrinter>(out);
  }
  printer->recipes(recipeChanges(*before, *after));
  ComparisonTotals totals;
  inOrder<TraceComparison>(
      traces.size(), options.jobs,
      [&](std::size_t i) { return compareOver(traces[i], *before, *after); },
      [&](const TraceComparison& trace) {
        totals.add(trace);
        printer->trace(trace);
        out.flush();
      });
  printer->finish(totals);
  if (totals.problems > 0) return kExitEnvironment;
  return totals.same() ? kExitDone : kExitFound;
}

}  // namespace exectrail::replay
