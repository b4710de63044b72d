// exectrail analyze --where: lists what satisfies an expression, one line each.
#include <unistd.h>

#include <iostream>

#include "analyzer/commands.h"
#include "analyzer/engine/engine.h"
#include "analyzer/engine/evaluate.h"
#include "analyzer/engine/facts.h"
#include "trace/errors.h"
#include "trace/escape.h"
#include "trace/readable.h"
#include "trace/reader.h"

namespace exectrail::analyzer {
namespace {

struct Totals {
  std::uint64_t listed = 0;
  std::uint64_t undecided = 0;
};

void print(const Judged& judged) {
  const trace::Header& header = *judged.world().header;  // of its host
  const trace::ImageId& id = judged.node()->id;
  std::cout << trace::readableTime(header.clock.toRealtimeNs(judged.timeNs())) << "  " << id.tgid
            << '.' << id.execNumber << "  ";
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
            const Program& program, Totals& totals) {
  const auto reader = path == "-" ? trace::openTraceStream(STDIN_FILENO, "standard input")
                                  : trace::openTrace(path, trace::Checks::kDigests, ahead);
  const trace::Header header = reader->header();
  Engine engine(program, header, [](const Alert&) {});
  engine.observe([&](const Judged& judged) {
    const Tri answer = evaluate(condition, judged, {});
    totals.undecided += answer == Tri::kUnknown ? 1 : 0;
    if (answer != Tri::kTrue) return;
    ++totals.listed;
    print(judged);
  });
  trace::Record record;
  while (reader->next(record)) engine.process(record);
  flushStandardOutput();
  if (reader->state().completeness == trace::Completeness::kComplete) return true;
  std::cerr << "exectrail: warning: " << trace::quoteForTerminal(path) << ": "
            << trace::escapeForTerminal(reader->state().problem) << '\n';
  return false;
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
  const Program nothing({}, {});
  Totals totals;
  bool whole = true;
  for (const std::string& path : options.traces) {
    whole = listOf(path, options.ahead, *condition, nothing, totals) && whole;
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
