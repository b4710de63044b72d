// exectrail analyze --where: lists what satisfies an expression, one line each.
#include <iostream>

#include "analyzer/commands.h"
#include "analyzer/engine/evaluate.h"
#include "analyzer/engine/facts.h"
#include "analyzer/judged_trace.h"
#include "trace/errors.h"
#include "trace/escape.h"
#include "trace/readable.h"

namespace exectrail::analyzer {
namespace {

struct Totals {
  std::uint64_t listed = 0;
  std::uint64_t undecided = 0;
};

void print(const Judged& judged, std::int64_t realtimeNs) {
  const trace::ImageId& id = judged.node()->id;
  std::cout << trace::readableTime(realtimeNs) << "  " << id.tgid << '.' << id.execNumber << "  ";
  if (judged.attempt()) {
    std::cout << "refused, " << resultName(judged.errorNumber()).value_or("?") << "  ";
  }
  if (judged.isMapping()) std::cout << "mapped  ";
  const Place& place = judged.filePlace();
  std::cout << (place.kind == PlaceKind::kPath ? trace::escapeForTerminal(place.path) : "?");
  if (judged.arguments().known()) {
    std::cout << " ";
    for (const std::string_view argument : judged.arguments().value) {
      std::cout << ' ' << trace::quoteForTerminal(argument);
    }
  }
  std::cout << '\n';
}

bool listOf(const std::string& path, trace::Ahead ahead, const Condition& condition,
            Totals& totals) {
  const auto look = [&](const Judged& judged, std::int64_t realtimeNs) {
    const Tri answer = evaluate(condition, judged, {});
    totals.undecided += answer == Tri::kUnknown ? 1 : 0;
    if (answer != Tri::kTrue) return;
    ++totals.listed;
    print(judged, realtimeNs);
  };
  return askTrace(path, {look, nullptr, ahead}).whole;
}

}  // namespace

int listWhere(const AnalyzeOptions& options) {
  const auto sources = loadSources(options.recipes);
  if (!sources) return kExitUsage;
  Diagnostics diagnostics;
  const auto condition = compileCondition(*sources, options.where, diagnostics);
  if (!condition) {
    std::cerr << diagnostics.format();
    return kExitUsage;
  }
  Totals totals;
  bool whole = true;
  for (const std::string& path : options.traces) {
    whole = listOf(path, options.ahead, *condition, totals) && whole;
  }
  std::cerr << totals.listed << " listed";
  if (totals.undecided != 0) {
    std::cerr << "; of " << totals.undecided << " more, nobody can say: what the expression asks "
              << "for is not known";
  }
  std::cerr << '\n';
  return whole ? kExitDone : kExitEnvironment;
}

}  // namespace exectrail::analyzer
