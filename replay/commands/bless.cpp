// bless.
#include "replay/verdict/bless.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <ostream>

#include "replay/commands/commands.h"
#include "replay/commands/workload.h"
#include "replay/scenario/corpus.h"
#include "replay/scenario/scenario_parser.h"
#include "replay/verdict/observe.h"
#include "trace/errors.h"

namespace exectrail::replay {
namespace {

void writeAll(const std::string& path, const std::string& text) {
  const std::string fresh = path + ".new";
  std::error_code error;
  {
    std::ofstream file(fresh, std::ios::binary);
    file << text;
    file.flush();
    if (!file) {
      std::filesystem::remove(fresh, error);
      throw EnvironmentError("cannot write " + fresh);
    }
  }
  std::filesystem::rename(fresh, path, error);
  if (error) throw EnvironmentError("cannot replace " + path + ": " + error.message());
}

// Why the recordings would not pass with it; empty: they would.
std::string objection(const Scenario& scenario, const std::string& text,
                      const std::vector<Observed>& observed) {
  analyzer::Diagnostics diagnostics;
  const auto changed =
      parseScenario({scenario.file, scenario.directory, scenario.name, text}, diagnostics);
  if (!changed) return formatErrors(diagnostics);
  for (const Observed& each : observed) {
    const Result result = judge({&*changed, each.recording.variant}, each.observation);
    if (result.verdict != Verdict::kPass && !result.findings.empty()) {
      return each.recording.name() + ": " + result.findings.front().what;
    }
  }
  return {};
}

}  // namespace

int blessCommand(const BlessOptions& options, std::ostream& out, std::ostream& errors) {
  const char* const ci = std::getenv("CI");
  if (ci != nullptr && *ci != '\0' && std::string_view(ci) != "false") {
    errors << "exectrail-replay: CI is set: a pipeline must not change what it is tested by; "
              "bless where somebody reads the change\n";
    return kExitUsage;
  }
  Workload workload;
  if (!loadWorkload(options.paths, options.recipes, workload, errors)) return kExitUsage;
  std::size_t changed = 0;
  std::size_t refused = 0;
  for (const auto& scenario : workload.corpus) {
    std::vector<Observed> observed;
    bool passes = true;
    for (const Case& each : casesOf(*scenario)) {
      if (!std::filesystem::exists(each.tracePath())) continue;
      const auto reader = trace::openTrace(each.tracePath());
      observed.push_back({each, observe(*workload.program, *reader, !scenario->recorded.empty())});
      passes = passes && judge(each, observed.back().observation).verdict == Verdict::kPass;
    }
    if (passes) continue;
    Blessing blessing = bless(*scenario, readAll(scenario->file), observed);
    out << scenario->name << "\n";
    for (const std::string& each : blessing.changes) out << "  " << each << "\n";
    const std::string problem = objection(*scenario, blessing.text, observed);
    if (!problem.empty()) blessing.refused.push_back(problem);
    for (const std::string& each : blessing.refused) out << "  by hand: " << each << "\n";
    if (!blessing.refused.empty()) {
      ++refused;
      continue;
    }
    ++changed;
    if (options.yes) writeAll(scenario->file, blessing.text);
  }
  out << changed << (changed == 1 ? " scenario " : " scenarios ")
      << (options.yes ? "changed" : "would be changed; --yes changes them") << ", " << refused
      << " left to be done by hand\n";
  return refused > 0 || (changed > 0 && !options.yes) ? kExitFound : kExitDone;
}

}  // namespace exectrail::replay
