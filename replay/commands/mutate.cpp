// mutate.
#include <iomanip>
#include <nlohmann/json.hpp>
#include <ostream>

#include "replay/commands/commands.h"
#include "replay/commands/workload.h"
#include "replay/mutation/mutation.h"
#include "trace/errors.h"

namespace exectrail::replay {
namespace {

std::uint64_t percent(const Score& score) {
  return score.of == 0 ? 100 : score.killed() * 100 / score.of;
}

std::string shown(const Score& score) {
  if (score.of == 0) return "none";
  return std::to_string(score.byGenerated) + " + " + std::to_string(score.byCorpus) + " of " +
         std::to_string(score.of) + ", " + std::to_string(percent(score)) + " %";
}

void printLine(std::ostream& out, std::size_t width, const std::string& name,
               const std::string& clauses, const std::string& entries) {
  out << std::left << std::setw(static_cast<int>(width)) << name << std::setw(26) << clauses
      << entries << "\n";
}

void printText(const MutationReport& report, bool verbose, std::ostream& out) {
  std::size_t width = 10;
  for (const auto& [name, score] : report.recipes) width = std::max(width, name.size());
  for (const auto& [name, score] : report.recipes) {
    const auto survived = [&out, &recipe = name](const Survivor& each) {
      out << "SURVIVED  " << recipe << ": " << each.change << "\n"
          << "          " << each.reason << "\n";
    };
    std::ranges::for_each(score.survivors, survived);
    if (verbose) std::ranges::for_each(score.survivingEntries, survived);
  }
  out << "killed by generated traces + only by the corpus, of all mutants\n";
  printLine(out, width + 2, "recipe", "clauses", "list entries");
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
    return Json{{"killed", each.killed()},
                {"by_corpus", each.byCorpus},
                {"by_generated", each.byGenerated},
                {"of", each.of}};
  };
  const auto survivors = [](const std::vector<Survivor>& all) {
    Json list = Json::array();
    for (const Survivor& each : all) {
      list.push_back({{"change", each.change}, {"reason", each.reason}});
    }
    return list;
  };
  const auto print = [&](const Json& json) {
    out << json.dump(-1, ' ', false, Json::error_handler_t::replace) << "\n";
  };
  for (const auto& [name, each] : report.recipes) {
    print({{"recipe", name},
           {"clauses", score(each.clauses)},
           {"entries", score(each.entries)},
           {"generated_traces", each.generated},
           {"survivors", survivors(each.survivors)},
           {"surviving_entries", survivors(each.survivingEntries)}});
  }
  print({{"totals",
          {{"clauses", score(report.clauses())},
           {"entries", score(report.entries())},
           {"unusable", report.unusable}}}});
}

}  // namespace

int mutateCommand(const MutateOptions& options, std::ostream& out, std::ostream& errors) {
  Workload workload;
  if (!options.corpus) {
    workload.program = loadProgram(options.recipes, errors);
    if (workload.program == nullptr) return kExitUsage;
  } else if (!loadWorkload(options.paths, options.recipes, workload, errors, LeftOut::kNotAsked)) {
    return kExitUsage;
  }
  if (!hasRecipes(*workload.program, options.only, errors)) return kExitUsage;
  const MutationReport report = mutate(*workload.program, workload.cases(),
                                       {options.only, options.entries, options.corpus,
                                        options.generated, options.keep, options.jobs});
  if (options.format == ReportFormat::kJson) {
    printJson(report, out);
  } else {
    printText(report, options.verbose, out);
  }
  const bool enough = percent(report.clauses()) >= options.failBelow &&
                      percent(report.entries()) >= options.failBelow;
  return enough ? kExitDone : kExitFound;
}

}  // namespace exectrail::replay
