#include "bench/judging.h"

#include "analyzer/compiler/recipe_files.h"
#include "bench/synthetic.h"
#include "trace/reader.h"

namespace exectrail::bench {

void judge(benchmark::State& state, const std::vector<char>& bytes,
           const analyzer::Program& program) {
  std::uint64_t alerts = 0;
  for (auto _ : state) {
    const auto reader = trace::openTraceBytes({bytes.data(), bytes.size()}, "bench");
    analyzer::Engine engine(program, reader->header(), [&](const auto&) { ++alerts; });
    trace::Record record;
    while (reader->next(record)) engine.process(record);
    engine.finish();
    if (engine.summary().execs != kExecs) state.SkipWithError("execs were lost");
  }
  const auto iterations = static_cast<double>(state.iterations());
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * kExecs);
  state.counters["alerts/exec"] = static_cast<double>(alerts) / iterations / kExecs;
  state.counters["recipes"] = static_cast<double>(program.recipes().size());
}

void read(benchmark::State& state, const std::vector<char>& bytes) {
  for (auto _ : state) {
    const auto reader = trace::openTraceBytes({bytes.data(), bytes.size()}, "bench");
    trace::Record record;
    while (reader->next(record)) benchmark::DoNotOptimize(record);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * kExecs);
}

std::unique_ptr<const analyzer::Program> shipped() {
  analyzer::Diagnostics diagnostics;
  return analyzer::compile(analyzer::loadRecipes({analyzer::builtinRecipesFolder()}), diagnostics);
}

std::vector<char> sceneTrace(trace::Scene scene) {
  MemorySink sink;
  trace::WriterSettings settings;
  settings.compressionLevel = 0;
  trace::Synth synth({1, kExecs, scene});
  trace::Writer writer(sink, synth.header(), settings);
  trace::Record record;
  while (synth.next(record)) writer.add(record);
  writer.finish(synth.end());
  return sink.bytes();
}

}  // namespace exectrail::bench
