// minimize.
#include "replay/traces/minimize.h"

#include <algorithm>
#include <filesystem>
#include <ostream>

#include "replay/commands/commands.h"
#include "replay/commands/workload.h"
#include "replay/report/report.h"
#include "replay/support/shell_word.h"
#include "replay/verdict/analysis.h"
#include "replay/verdict/match.h"
#include "trace/errors.h"
#include "trace/escape.h"
#include "trace/parent.h"

namespace exectrail::replay {
namespace {

using analyzer::Alert;

// The one alert that is meant, or null, with why in `problem`.
const Alert* find(const std::vector<Alert>& alerts, const std::string& id, std::string& problem) {
  std::vector<const Alert*> found;
  for (const Alert& alert : alerts) {
    if (alert.suppressed == 0 && alert.id.starts_with(id)) found.push_back(&alert);
  }
  if (found.size() == 1) return found.front();
  problem = found.empty() ? "gives no alert" : "gives " + std::to_string(found.size()) + " alerts";
  if (!id.empty()) problem += " whose id begins with " + trace::quoteForTerminal(id);
  if (found.size() > 1) {
    problem += ": say which, with --alert and one of";
    for (std::size_t i = 0; i < found.size() && i < 5; ++i) problem += " " + found[i]->id;
    if (found.size() > 5) problem += " …";
  }
  return nullptr;
}

trace::Header headerOf(const LoadedTrace& trace, const trace::CheckedParent& parent,
                       const Alert& alert, const Minimized& minimized) {
  trace::Header header = trace.header();
  header.parents.push_back(parent.parent);
  header.signingKey.reset();
  header.provenance.push_back("minimized to alert " + alert.id + " of " + alert.recipe->name +
                              " by exectrail-replay " + EXECTRAIL_VERSION + ": " +
                              std::to_string(minimized.records.size()) + " of " +
                              std::to_string(trace.records().size()) + " records");
  if (!parent.problem.empty()) {
    header.provenance.push_back("what it was minimized from was not whole: " + parent.problem);
  }
  return header;
}

}  // namespace

int minimizeCommand(const MinimizeOptions& options, std::ostream& out, std::ostream& errors) {
  if (std::filesystem::exists(options.output)) {
    throw EnvironmentError(options.output + " is there already; remove it first");
  }
  const std::shared_ptr<const analyzer::Program> program = loadProgram(options.recipes, errors);
  if (program == nullptr) return kExitUsage;
  const trace::CheckedParent parent = trace::checkParent(options.trace);
  const ExitCode status = parent.problem.empty() ? kExitDone : kExitEnvironment;
  if (status != kExitDone) {
    errors << "exectrail-replay: warning: " << trace::quoteForTerminal(options.trace) << ": "
           << trace::escapeForTerminal(parent.problem) << "; what is intact of it is taken\n";
  }
  const LoadedTrace trace(*trace::openTrace(options.trace), options.trace);
  const Analysis whole = analyse(*program, trace.header(), trace.records());
  std::string problem;
  const Alert* const alert = find(whole.alerts, options.alert, problem);
  if (alert == nullptr) {
    errors << "exectrail-replay: " << trace::quoteForTerminal(options.trace) << " " << problem
           << "\n";
    return status == kExitDone ? kExitUsage : status;
  }
  const Minimized minimized = minimize(*program, trace, *alert, options.keepLineage);
  writeTrace(options.output, headerOf(trace, parent, *alert, minimized), minimized.records,
             accountOf(minimized.records, trace.end()));
  // What was written, not what was meant to be, has to give the alert.
  const LoadedTrace written(*trace::openTrace(options.output), options.output);
  const Analysis check = analyse(*program, written.header(), written.records());
  const auto same = [&](const Alert& each) { return identical(*alert, each, options.keepLineage); };
  if (std::none_of(check.alerts.begin(), check.alerts.end(), same)) {
    std::filesystem::remove(options.output);
    throw EnvironmentError("the minimized trace does not give the alert once written; discarded");
  }
  const Sighting sighting = sightingOf(*alert);
  out << options.output << ": " << minimized.records.size() << " of " << trace.records().size()
      << " records, " << minimized.tried << " traces tried\n"
      << "alert       " << alert->id << "  " << alert->recipe->name << "  " << sighting.severity
      << "  " << sighting.path << "\n";
  if (!minimized.minimal) {
    out << "warning     given up before it was minimal: cut the trace first\n";
  }
  out << "next        exectrail trace dump " << shellWord(options.output) << "\n";
  return status;
}

}  // namespace exectrail::replay
