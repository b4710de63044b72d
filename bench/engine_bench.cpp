// How many execs a second recipes can judge, from the bytes of a trace to alerts, which are counted
// and not written; and how much memory a million live processes take. One thread, whose
// time is counted; of `Ahead`, two, as `exectrail analyze` has them, and real time. The same traces
// are also read without being judged: the difference is the engine's.
#include <benchmark/benchmark.h>
#include <malloc.h>

#include "analyzer/compiler/recipe_files.h"
#include "bench/judging.h"
#include "bench/synthetic.h"
#include "trace/container/pack.h"
#include "trace/synth/synth.h"

namespace exectrail::bench {
namespace {

constexpr const char* kLinker = "/usr/bin/x86_64-linux-gnu-ld.bfd";

using Program = std::unique_ptr<const analyzer::Program>;

// So many recipes, each about tools and arguments of its own.
std::vector<analyzer::RecipeSource> generatedRecipes(std::int64_t count) {
  std::vector<analyzer::RecipeSource> sources;
  for (std::int64_t i = 0; i < count; ++i) {
    // A file holds at most 256 documents.
    if (i % 100 == 0) sources.push_back({"generated" + std::to_string(i) + ".yaml", {}});
    const std::string number = std::to_string(i);
    sources.back().text +=
        "---\nrecipe: generated_" + number +
        "\nversion: 1.0.0\ntitle: Generated\nseverity: medium\njudge: {results: [ok]}\n"
        "when: process.name in ['tool" +
        number + "', 'other" + number + "'] and any(args, it startswith '-" + number +
        "') and not (parent.name == 'systemd')\n";
  }
  return sources;
}

// The same without names: only the arguments tell which of them are concerned.
std::vector<analyzer::RecipeSource> argumentRecipes(std::int64_t count) {
  std::vector<analyzer::RecipeSource> sources = generatedRecipes(count);
  for (analyzer::RecipeSource& source : sources) {
    for (std::size_t at = 0; (at = source.text.find("process.name", at)) != std::string::npos;) {
      source.text.erase(at, source.text.find("any(", at) - at);
    }
  }
  return sources;
}

Program compiled(const std::vector<analyzer::RecipeSource>& sources) {
  analyzer::Diagnostics diagnostics;
  return analyzer::compile(sources, diagnostics);
}

Program unusualDirectories() {
  const Program all = shipped();
  std::vector<analyzer::Recipe> recipes = all->recipes();
  std::erase_if(recipes, [](const analyzer::Recipe& recipe) {
    return recipe.info->name != "exec_from_unusual_dir";
  });
  return std::make_unique<const analyzer::Program>(std::move(recipes), all->inputsSha256());
}

// A scene of `trace synth`, as the recorder leaves it behind.
std::vector<char> packed(trace::Scene scene) {
  const std::vector<char> plain = sceneTrace(scene);
  MemorySink sink;
  trace::PackReport report;
  trace::FrameReader in(trace::readBytes(std::as_bytes(std::span(plain))), "bench",
                        trace::FrameReader::Checks::kDigestsAndChain);
  trace::packFrames(in, sink, {}, report);
  return sink.bytes();
}

void judge(benchmark::State& state, const std::vector<char>& bytes, const Program& program,
           trace::Ahead ahead = trace::Ahead::kNever) {
  if (!program) return state.SkipWithError("the recipes are not sound");
  bench::judge(state, bytes, *program, ahead);
}

void judgeDecoded(benchmark::State& state, const std::vector<char>& bytes, const Program& program) {
  if (!program) return state.SkipWithError("the recipes are not sound");
  bench::judgeDecoded(state, bytes, *program);
}

void readOnly(benchmark::State& state) { read(state, traceOf({kExecs, 100, kLinker})); }
void readOnlyPacked(benchmark::State& state, trace::Scene scene) { read(state, packed(scene)); }
void readOnlyPackedAhead(benchmark::State& state, trace::Scene scene) {
  read(state, packed(scene), trace::Ahead::kIfWorthIt);
}
void unusualDirectory(benchmark::State& state) {
  judge(state, traceOf({kExecs, 100, kLinker}), unusualDirectories());
}
void allRecipes(benchmark::State& state) {
  judge(state, traceOf({kExecs, 100, kLinker}), shipped());
}
void allRecipesDecoded(benchmark::State& state) {
  judgeDecoded(state, traceOf({kExecs, 100, kLinker}), shipped());
}
void unusualDirectoryDecoded(benchmark::State& state) {
  judgeDecoded(state, traceOf({kExecs, 100, kLinker}), unusualDirectories());
}
void allRecipesAlertEach(benchmark::State& state) {
  judge(state, traceOf({kExecs, 100, "/tmp/x"}), shipped());
}
void allRecipesPacked(benchmark::State& state, trace::Scene scene) {
  judge(state, packed(scene), shipped());
}
void allRecipesPackedAhead(benchmark::State& state, trace::Scene scene) {
  judge(state, packed(scene), shipped(), trace::Ahead::kIfWorthIt);
}
void generated(benchmark::State& state) {
  judge(state, traceOf({kExecs, 100, kLinker}), compiled(generatedRecipes(state.range(0))));
}
void generatedByArguments(benchmark::State& state) {
  judge(state, traceOf({kExecs, 100, kLinker}), compiled(argumentRecipes(state.range(0))));
}

BENCHMARK(readOnly)->Unit(benchmark::kMillisecond);
BENCHMARK(unusualDirectory)->Unit(benchmark::kMillisecond);
BENCHMARK(allRecipes)->Unit(benchmark::kMillisecond);
BENCHMARK(unusualDirectoryDecoded)->UseManualTime()->Unit(benchmark::kMillisecond);
BENCHMARK(allRecipesDecoded)->UseManualTime()->Unit(benchmark::kMillisecond);
BENCHMARK(allRecipesAlertEach)->Unit(benchmark::kMillisecond);
void oneThread(benchmark::internal::Benchmark* benchmark) {
  benchmark->Unit(benchmark::kMillisecond);
}
// Processor time is that of both.
void twoThreads(benchmark::internal::Benchmark* benchmark) {
  benchmark->Unit(benchmark::kMillisecond)->UseRealTime()->MeasureProcessCPUTime();
}
BENCHMARK_CAPTURE(readOnlyPacked, build, trace::Scene::kBuild)->Apply(oneThread);
BENCHMARK_CAPTURE(readOnlyPackedAhead, build, trace::Scene::kBuild)->Apply(twoThreads);
BENCHMARK_CAPTURE(allRecipesPacked, build, trace::Scene::kBuild)->Apply(oneThread);
BENCHMARK_CAPTURE(allRecipesPackedAhead, build, trace::Scene::kBuild)->Apply(twoThreads);
BENCHMARK_CAPTURE(readOnlyPacked, shell, trace::Scene::kShell)->Apply(oneThread);
BENCHMARK_CAPTURE(readOnlyPackedAhead, shell, trace::Scene::kShell)->Apply(twoThreads);
BENCHMARK_CAPTURE(allRecipesPacked, shell, trace::Scene::kShell)->Apply(oneThread);
BENCHMARK_CAPTURE(allRecipesPackedAhead, shell, trace::Scene::kShell)->Apply(twoThreads);
BENCHMARK_CAPTURE(readOnlyPacked, mixed, trace::Scene::kMixed)->Apply(oneThread);
BENCHMARK_CAPTURE(readOnlyPackedAhead, mixed, trace::Scene::kMixed)->Apply(twoThreads);
BENCHMARK_CAPTURE(allRecipesPacked, mixed, trace::Scene::kMixed)->Apply(oneThread);
BENCHMARK_CAPTURE(allRecipesPackedAhead, mixed, trace::Scene::kMixed)->Apply(twoThreads);
BENCHMARK(generated)->Arg(100)->Arg(1000)->Arg(3000)->Unit(benchmark::kMillisecond);
BENCHMARK(generatedByArguments)->Arg(100)->Arg(1000)->Arg(3000)->Unit(benchmark::kMillisecond);

// What the allocator has given out while so many processes live that have all called exec.
void liveProcesses(benchmark::State& state) {
  const Program program = shipped();
  const auto count = static_cast<std::uint32_t>(state.range(0));
  for (auto _ : state) {
    const std::size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;
    analyzer::Engine engine(*program, header(), [](const auto&) {});
    forEachRecord({count, 100, kLinker}, [&](const trace::Record& record) {
      if (!std::holds_alternative<trace::Exit>(record.body)) engine.process(record);
    });
    const std::size_t after = mallinfo2().uordblks + mallinfo2().hblkhd;
    state.counters["bytes/process"] = static_cast<double>(after - before) / count;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * count);
}
BENCHMARK(liveProcesses)->Arg(1'000'000)->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace exectrail::bench
