// coverage.
#include "replay/verdict/coverage.h"

#include <ostream>

#include "replay/commands/commands.h"
#include "replay/commands/workload.h"
#include "replay/support/ordered.h"
#include "replay/verdict/runner.h"
#include "trace/errors.h"

namespace exectrail::replay {

int coverageCommand(const CoverageOptions& options, std::ostream& out, std::ostream& errors) {
  Workload workload;
  if (!loadWorkload(options.paths, options.recipes, workload, errors, LeftOut::kNotAsked))
    return kExitUsage;
  const std::vector<Case> cases = workload.cases();
  std::vector<Result> results;
  inOrder<Result>(
      cases.size(), options.jobs,
      [&](std::size_t i) { return replayCase(*workload.program, cases[i]); },
      [&](Result result) { results.push_back(std::move(result)); });
  const Coverage coverage = coverageOf(results);
  switch (options.format) {
    case CoverageFormat::kText:
      printText(coverage, out);
      break;
    case CoverageFormat::kHtml:
      printHtml(coverage, out);
      break;
    case CoverageFormat::kNavigator:
      printNavigator(coverage, out);
      break;
  }
  return kExitDone;
}

}  // namespace exectrail::replay
