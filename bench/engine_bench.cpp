// How many execs a second the shipped recipes can judge, from the bytes of a trace to alerts, which
// are counted and not written. One thread.
#include <benchmark/benchmark.h>

#include "analyzer/compiler/recipe_files.h"
#include "analyzer/engine/engine.h"
#include "bench/synthetic.h"
#include "trace/reader.h"

namespace exectrail::bench {
namespace {

constexpr std::uint32_t kExecs = 10'000;

void analyze(benchmark::State& state, const char* executable) {
  analyzer::Diagnostics diagnostics;
  const auto program =
      analyzer::compile(analyzer::loadRecipes({analyzer::builtinRecipesFolder()}), diagnostics);
  const std::vector<char> bytes = traceOf({kExecs, 100, executable});
  std::uint64_t alerts = 0;
  for (auto _ : state) {
    const auto reader = trace::openTraceBytes({bytes.data(), bytes.size()}, "bench");
    analyzer::Engine engine(*program, reader->header(), [&](const auto&) { ++alerts; });
    trace::Record record;
    while (reader->next(record)) engine.process(record);
    if (engine.summary().execs != kExecs) state.SkipWithError("execs were lost");
  }
  const auto iterations = static_cast<double>(state.iterations());
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * kExecs);
  state.counters["alerts/exec"] = static_cast<double>(alerts) / iterations / kExecs;
}

BENCHMARK_CAPTURE(analyze, harmless, "/usr/bin/x86_64-linux-gnu-ld.bfd")
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(analyze, alertEach, "/tmp/x")->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace exectrail::bench
