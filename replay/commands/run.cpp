// run.
#include <memory>
#include <ostream>

#include "replay/commands/commands.h"
#include "replay/commands/workload.h"
#include "replay/report/report.h"
#include "replay/scenario/filter.h"
#include "replay/support/ordered.h"
#include "replay/support/shell_word.h"
#include "replay/verdict/exercise.h"
#include "replay/verdict/runner.h"
#include "trace/errors.h"

namespace exectrail::replay {
namespace {

std::unique_ptr<Report> makeReport(const RunOptions& options, std::ostream& out) {
  switch (options.format) {
    case ReportFormat::kJson:
      return std::make_unique<JsonReport>(out);
    case ReportFormat::kJUnit:
      return std::make_unique<JUnitReport>(out);
    case ReportFormat::kMarkdown:
      return std::make_unique<MarkdownReport>(out);
    case ReportFormat::kText:
      break;
  }
  return std::make_unique<TextReport>(out,
                                      options.verbose ? Detail::kEverything : Detail::kProblems);
}

std::string rerunOptions(const RunOptions& options) {
  std::string text = options.recipes.noBuiltin ? " --no-builtin" : "";
  for (const std::string& path : options.recipes.paths) text += " --recipes " + shellWord(path);
  for (const std::string& path : options.recipes.rules) text += " --rules " + shellWord(path);
  return text;
}

}  // namespace

int runCommand(const RunOptions& options, std::ostream& out, std::ostream& errors) {
  const auto start = std::chrono::steady_clock::now();
  Workload workload;
  if (!loadWorkload(options.paths, options.recipes, workload, errors)) return kExitUsage;
  if (!options.filter.everything()) {
    const std::string problem =
        whatSelectsNothing(options.filter, workload.corpus, *workload.program);
    if (!problem.empty()) {
      errors << "exectrail-replay: " << problem << "\n";
      return kExitUsage;
    }
  }
  std::vector<Case> cases = workload.cases();
  std::erase_if(cases, [&](const Case& each) { return !selects(options.filter, *each.scenario); });
  if (!options.variant.empty()) {
    std::erase_if(cases, [&](const Case& each) { return each.variant != options.variant; });
    if (cases.empty()) {
      errors << "exectrail-replay: no scenario there has the variant '" << options.variant << "'\n";
      return kExitUsage;
    }
  }
  if (options.injectLoss > 0) {
    return injectCommand(*workload.program, cases, options, rerunOptions(options), out, errors);
  }
  const std::unique_ptr<Report> report = makeReport(options, out);
  report->rerunWith(rerunOptions(options));
  std::vector<Result> results;
  inOrder<Result>(
      cases.size(), options.jobs,
      [&](std::size_t i) { return replayCase(*workload.program, cases[i], options.unexpected); },
      [&](Result result) {
        results.push_back(std::move(result));
        report->add(results.back());
        out.flush();
      });
  Totals totals = total(results);
  if (options.filter.everything() && options.variant.empty() && nameWholeCorpus(options.paths)) {
    totals.exercise = exerciseOf(*workload.program, results);
  }
  totals.duration = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now() - start);
  report->finish(totals);
  return totals.allPassed() ? kExitDone : kExitFound;
}

}  // namespace exectrail::replay
