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

// So many recipes, each about tools and arguments of its own.
std::string generatedRecipes(std::int64_t count) {
  std::string text;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::string number = std::to_string(i);
    text += "---\nrecipe: generated_" + number +
            "\nversion: 1.0.0\ntitle: Generated\nseverity: medium\njudge: {results: [ok]}\n"
            "when: process.name in ['tool" +
            number + "', 'other" + number + "'] and any(args, it startswith '-" + number +
            "') and not (parent.name == 'systemd')\n";
  }
  return text;
}

void run(benchmark::State& state, const analyzer::Program& program, const char* executable) {
  const std::vector<char> bytes = traceOf({kExecs, 100, executable});
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

void analyze(benchmark::State& state, const char* executable) {
  analyzer::Diagnostics diagnostics;
  const auto program =
      analyzer::compile(analyzer::loadRecipes({analyzer::builtinRecipesFolder()}), diagnostics);
  run(state, *program, executable);
}

void generated(benchmark::State& state) {
  analyzer::Diagnostics diagnostics;
  std::vector<analyzer::RecipeSource> sources;
  // A file holds at most 256 documents.
  for (std::int64_t i = 0; i < state.range(0); i += 100) {
    std::string text = generatedRecipes(100);
    for (std::size_t at = 0; (at = text.find("generated_", at)) != std::string::npos; at += 10) {
      text.insert(at + 10, std::to_string(i) + "_");
    }
    sources.push_back({"generated" + std::to_string(i) + ".yaml", std::move(text)});
  }
  const auto program = analyzer::compile(sources, diagnostics);
  if (!program) {
    state.SkipWithError("the recipes are not sound");
    return;
  }
  run(state, *program, "/usr/bin/x86_64-linux-gnu-ld.bfd");
}

BENCHMARK_CAPTURE(analyze, harmless, "/usr/bin/x86_64-linux-gnu-ld.bfd")
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(analyze, alertEach, "/tmp/x")->Unit(benchmark::kMillisecond);
BENCHMARK(generated)->Arg(100)->Arg(1000)->Arg(3000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace exectrail::bench
