#include "analyzer/judged_trace.h"

#include <unistd.h>

#include <iostream>

#include "analyzer/answer.h"
#include "analyzer/compiler/program.h"
#include "analyzer/engine/engine.h"
#include "trace/escape.h"

namespace exectrail::analyzer {
namespace {

constexpr const char* kStandardInput = "standard input";

}  // namespace

std::unique_ptr<trace::Reader> openNamed(const std::string& path, trace::Ahead ahead) {
  return path == "-" ? trace::openTraceStream(STDIN_FILENO, kStandardInput)
                     : trace::openTrace(path, trace::Checks::kDigests, ahead);
}

std::string warningAbout(const std::string& path) {
  return "exectrail: warning: " + (path == "-" ? kStandardInput : trace::quoteForTerminal(path)) +
         ": ";
}

bool sayWhetherWhole(const trace::Reader& reader, const std::string& path) {
  if (reader.state().completeness == trace::Completeness::kComplete) return true;
  std::cerr << warningAbout(path) << trace::escapeForTerminal(reader.state().problem) << '\n';
  return false;
}

Answered askTrace(const std::string& path, const Questions& questions) {
  const auto reader = openNamed(path, questions.ahead);
  const trace::Header header = reader->header();
  const Program nothing({}, {});
  Engine engine(nothing, header, [](const Alert&) {});
  engine.observe([&](const Judged& judged) {
    questions.judged(judged, judged.world().header->clock.toRealtimeNs(judged.timeNs()));
  });
  trace::Record record;
  while (reader->next(record)) {
    if (questions.record) questions.record(record);
    engine.process(record);
    if (reader->atBatchEnd()) flushAnswerOrEnd();
  }
  flushAnswerOrEnd();
  const bool whole = questions.again
                         ? reader->state().completeness == trace::Completeness::kComplete
                         : sayWhetherWhole(*reader, path);
  return {whole, engine.summary().gaps};
}

}  // namespace exectrail::analyzer
