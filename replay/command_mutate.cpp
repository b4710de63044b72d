// mutate.
#include <algorithm>
#include <iomanip>
#include <nlohmann/json.hpp>
#include <ostream>

#include "replay/commands.h"
#include "replay/mutation.h"
#include "replay/workload.h"
#include "trace/errors.h"

namespace exectrail::replay {
namespace {

std::uint64_t percent(const Score& score) {
  return score.of == 0 ? 100 : score.killed * 100 / score.of;
}

std::string shown(const Score& score) {
  if (score.of == 0) return "none";
  return std::to_string(score.killed) + " of " + std::to_string(score.of) + ", " +
         std::to_string(percent(score)) + " %";
}

void printLine(std::ostream& out, std::size_t width, const std::string& name,
               const std::string& clauses, const std::string& entries) {
  out << std::left << std::setw(static_cast<int>(width)) << name << std::setw(20) << clauses
      << entries << "\n";
}

void printText(const MutationReport& report, bool verbose, std::ostream& out) {
  std::size_t width = 10;
  for (const auto& [name, score] : report.recipes) width = std::max(width, name.size());
  for (const auto& [name, score] : report.recipes) {
    for (const std::string& each : score.survivors)
      out << "SURVIVED  " << name << ": " << each << "\n";
    if (!verbose) continue;
    for (const std::string& each : score.survivingEntries) {
      out << "SURVIVED  " << name << ": " << each << "\n";
    }
  }
  printLine(out, width + 2, "recipe", "clauses killed", "list entries killed");
  for (const auto& [name, score] : report.recipes) {
    printLine(out, width + 2, name, shown(score.clauses), shown(score.entries));
  }
  printLine(out, width + 2, "all", shown(report.clauses()), shown(report.entries()));
  for (const std::string& each : report.unusable) {
    out << "not used: " << each << " does not pass as it is\n";
  }
}

void printJson(const MutationReport& report, std::ostream& out) {
  using Json = nlohmann::ordered_json;
  const auto score = [](const Score& each) {
    return Json{{"killed", each.killed}, {"of", each.of}};
  };
  const auto print = [&](const Json& json) {
    out << json.dump(-1, ' ', false, Json::error_handler_t::replace) << "\n";
  };
  for (const auto& [name, each] : report.recipes) {
    print({{"recipe", name},
           {"clauses", score(each.clauses)},
           {"entries", score(each.entries)},
           {"survivors", each.survivors},
           {"surviving_entries", each.survivingEntries}});
  }
  print({{"totals",
          {{"clauses", score(report.clauses())},
           {"entries", score(report.entries())},
           {"unusable", report.unusable}}}});
}

}  // namespace

int mutateCommand(const MutateOptions& options, std::ostream& out, std::ostream& errors) {
  Workload workload;
  if (!loadWorkload(options.paths, options.recipes, workload, errors)) return kExitUsage;
  for (const std::string& name : options.only) {
    const auto& recipes = workload.program->recipes();
    const auto has = [&](const analyzer::Recipe& each) { return each.info->name == name; };
    if (std::any_of(recipes.begin(), recipes.end(), has)) continue;
    errors << "exectrail-replay: there is no recipe '" << name << "'\n";
    return kExitUsage;
  }
  const MutationReport report =
      mutate(*workload.program, workload.cases(), {options.only, options.entries, options.jobs});
  if (options.format == ReportFormat::kJson) {
    printJson(report, out);
  } else {
    printText(report, options.verbose, out);
  }
  return percent(report.clauses()) >= options.failBelow ? kExitDone : kExitFound;
}

}  // namespace exectrail::replay
