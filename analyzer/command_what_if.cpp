// exectrail analyze --what-if: what a mount option would have refused, over whole traces.
#include <iostream>

#include "analyzer/answer.h"
#include "analyzer/commands.h"
#include "analyzer/judged_trace.h"
#include "analyzer/output/posture_output.h"
#include "trace/errors.h"

namespace exectrail::analyzer {
namespace {

// Adds one trace; false if it cannot be read to its end.
bool addTrace(const std::string& path, trace::Ahead ahead, WhatIf& whatIf, std::uint64_t& gaps) {
  PostureWatch posture;
  // The recipes are asked only about what would have been refused.
  const auto look = [&](const Judged& judged, std::int64_t realtimeNs) {
    whatIf.add(judged, posture, realtimeNs);
  };
  const auto record = [&](const trace::Record& each) { posture.process(each); };
  const Answered answered = askTrace(path, {look, record, ahead});
  gaps += answered.gaps;
  return answered.whole;
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
  flushAnswer();
  return whole ? kExitDone : kExitEnvironment;
}

}  // namespace exectrail::analyzer
