// exectrail analyze --what-if: what a mount option would have refused, over whole traces.
#include <unistd.h>

#include <iostream>

#include "analyzer/commands.h"
#include "analyzer/engine/engine.h"
#include "analyzer/output/posture_output.h"
#include "trace/errors.h"
#include "trace/escape.h"
#include "trace/reader.h"

namespace exectrail::analyzer {
namespace {

// Adds one trace; false if it cannot be read to its end.
bool addTrace(const std::string& path, trace::Ahead ahead, WhatIf& whatIf, std::uint64_t& gaps) {
  const auto reader = path == "-" ? trace::openTraceStream(STDIN_FILENO, "standard input")
                                  : trace::openTrace(path, trace::Checks::kDigests, ahead);
  const trace::Header header = reader->header();
  const Program nothing({}, {});  // the recipes are asked only about what would have been refused
  PostureWatch posture;
  Engine engine(nothing, header, [](const Alert&) {});
  engine.observe([&](const Judged& judged) {
    whatIf.add(judged, posture, judged.world().header->clock.toRealtimeNs(judged.timeNs()));
  });
  trace::Record record;
  while (reader->next(record)) {
    posture.process(record);
    engine.process(record);
  }
  gaps += engine.summary().gaps;
  if (reader->state().completeness == trace::Completeness::kComplete) return true;
  std::cerr << "exectrail: warning: " << trace::quoteForTerminal(path) << ": "
            << trace::escapeForTerminal(reader->state().problem) << '\n';
  return false;
}

}  // namespace

int whatIf(const AnalyzeOptions& options) {
  const auto program = loadProgram(options.recipes);
  if (!program) return kExitUsage;
  WhatIf question(options.noexec, *program, options.minSeverity);
  std::uint64_t gaps = 0;
  bool whole = true;
  for (const std::string& path : options.traces) {
    whole = addTrace(path, options.ahead, question, gaps) && whole;
  }
  std::cout << (options.format == Format::kJson ? toJsonLines(question, gaps)
                                                : toText(question, gaps));
  flushStandardOutput();
  return whole ? kExitDone : kExitEnvironment;
}

}  // namespace exectrail::analyzer
