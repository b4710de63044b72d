// record-live: record, cut, and at once the verdict on what was recorded.
#include <unistd.h>

#include <algorithm>
#include <ostream>

#include "replay/commands/commands.h"
#include "replay/commands/workload.h"
#include "replay/live/record_live.h"
#include "replay/report/report.h"
#include "replay/scenario/needs.h"
#include "replay/verdict/runner.h"
#include "trace/errors.h"

namespace exectrail::replay {
namespace {

// What a person who is about to commit the recording should know about its quality.
void printQuality(std::ostream& out, const LiveRecording& live) {
  const trace::End& end = live.cut.end;
  out << "recorded  " << live.tracePath << ": " << end.execs << " execs, " << end.attempts
      << " failed attempts, " << end.gaps << " gaps\n";
  if (end.gaps > 0) {
    out << "  warning: events were lost while recording (" << end.lostEvents
        << " known); record again on a quieter machine\n";
  }
  if (end.undecodedEvents > 0) {
    out << "  warning: " << end.undecodedEvents << " events could not be decoded\n";
  }
  for (const std::string& path : live.cut.unresolved) {
    out << "  warning: the executable behind " << path
        << " is not known: it ended, or ran another program, before it could be read\n";
  }
}

// The case as it lies in the output directory.
struct Relocated {
  Scenario scenario;
  Case recording;

  Relocated(const Case& original, const std::string& outputDirectory)
      : scenario(*original.scenario), recording{&scenario, original.variant} {
    if (!outputDirectory.empty()) scenario.directory = outputDirectory + "/" + scenario.name;
  }
  Relocated(const Relocated&) = delete;
  Relocated& operator=(const Relocated&) = delete;
};

bool wanted(const Case& recording, const std::string& variant) {
  return variant.empty() || recording.variant == variant;
}

}  // namespace

int recordLiveCommand(const LiveCommandOptions& options, std::ostream& out, std::ostream& errors) {
  if (::geteuid() != 0) {
    throw EnvironmentError(
        "record-live makes namespaces and runs the recorder, which needs root; "
        "this is user " +
        std::to_string(::geteuid()) + ": run it with sudo");
  }
  Workload workload;
  const std::vector<std::string> paths =
      options.all ? std::vector<std::string>{kDefaultCorpus} : options.paths;
  if (!loadWorkload(paths, options.recipes, workload, errors)) return kExitUsage;
  std::vector<Case> cases = workload.cases();
  std::erase_if(cases, [&](const Case& each) { return !wanted(each, options.variant); });
  if (cases.empty()) {
    errors << "exectrail-replay: no scenario there has the variant '" << options.variant << "'\n";
    return kExitUsage;
  }
  const LiveOptions live{siblingProgram("exectrail-record"), ownProgram(), options.outputDirectory,
                         options.timeout};
  TextReport report(out, Detail::kEverything);
  std::vector<std::unique_ptr<Relocated>> relocated;
  std::vector<Result> results;
  for (const Case& recording : cases) {
    relocated.push_back(std::make_unique<Relocated>(recording, options.outputDirectory));
    const Case& result = relocated.back()->recording;
    if (const auto unmet = unmetNeed(*recording.scenario)) {
      results.push_back({});
      results.back().recording = result;
      results.back().verdict = Verdict::kSkip;
      results.back().skipReason = *unmet;
    } else {
      printQuality(out, recordLive(recording, live));
      results.push_back(replayCase(*workload.program, result));
    }
    report.add(results.back());
    out.flush();
  }
  const Totals totals = total(results);
  report.finish(totals);
  return totals.allPassed() ? kExitDone : kExitFound;
}

}  // namespace exectrail::replay
