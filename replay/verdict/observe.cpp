#include "replay/verdict/observe.h"

#include "replay/verdict/analysis.h"
#include "trace/escape.h"

namespace exectrail::replay {

Observation observe(const analyzer::Program& program, trace::Reader& reader, bool withRecords) {
  Observation observation;
  observation.startNs = reader.header().clock.monotonicNs;
  analyzer::Engine engine(program, reader.header(), [&](const analyzer::Alert& alert) {
    // One that only counts others like those before it is no finding of its own.
    if (alert.suppressed == 0) take(alert, observation.alerts);
  });
  FactReader facts(observation.startNs);
  trace::Record record;
  std::uint64_t execs = 0;
  while (reader.next(record)) {
    engine.process(record);
    if (withRecords) facts.read(record, observation.records);
    if (const auto* exec = std::get_if<trace::Exec>(&record.body)) {
      ++execs;
      if (exec->image.executable.known()) continue;
      observation.unresolved.push_back(
          exec->typedPath.known() ? trace::quoteForTerminal(exec->typedPath.value) : "an exec");
    } else if (const auto* gap = std::get_if<trace::Gap>(&record.body)) {
      observation.gaps.push_back({*gap, record.cpu, execs});
    }
  }
  engine.finish();
  observation.summary = engine.summary();
  return observation;
}

}  // namespace exectrail::replay
