// Rules of other tools: how long they take to load, and how many execs a second they judge beside
// the shipped recipes. Generated rules of the three languages; a folder of real ones is named by
// the environment variable RULES. One thread; from the bytes of a trace to alerts, which are
// counted.
#include <benchmark/benchmark.h>

#include <cstdlib>

#include "analyzer/compiler/recipe_files.h"
#include "analyzer/engine/engine.h"
#include "analyzer/rules/rule_set.h"
#include "bench/synthetic.h"
#include "trace/reader.h"
#include "trace/synth/synth.h"

namespace exectrail::bench {
namespace {

constexpr std::uint32_t kExecs = 100'000;

using Files = std::vector<analyzer::RuleFile>;

// As published rules are: a program's name or path, and what its command line or its parent's
// holds, whatever the case of its letters; three of four name a program.
std::string sigmaRule(const std::string& number, bool named) {
  return "title: Generated " + number +
         "\nlogsource: {product: linux, category: process_creation}\nlevel: medium\ndetection:\n"
         "  image:\n    Image|endswith: ['/tool" +
         number + "', '/other" + number +
         "']\n  words:\n    CommandLine|contains:\n      - ' --load " + number +
         "'\n      - 'base" + number + "64 -d'\n      - '/dev/tcp/" + number +
         "'\n  filter:\n    ParentImage|endswith: '/dpkg" + number +
         "'\n    ParentCommandLine|contains: 'upgrade'\n  condition: " +
         (named ? "image and words" : "words") + " and not filter\n";
}

std::string policy(const std::string& number) {
  return "apiVersion: security.kubearmor.com/v1\nkind: KubeArmorPolicy\nmetadata: {name: "
         "generated" +
         number + "}\nspec:\n  process:\n    matchPaths: [{path: /opt/tool" + number +
         "}]\n    matchPatterns: [{pattern: '/*/drop" + number + "/*'}]\n  action: Block\n";
}

std::string falcoRule(const std::string& number) {
  return "- rule: Generated " + number +
         "\n  desc: generated\n  output: ran %proc.cmdline\n  priority: NOTICE\n  condition: >\n"
         "    evt.type = execve and proc.name in (tool" +
         number + ", more" + number + ") and proc.cmdline contains \"--run " + number +
         "\"\n    and not proc.pname in (parent" + number + ")\n";
}

Files generated(std::int64_t count) {
  Files files;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::string number = std::to_string(i);
    const std::string text = i % 5 < 3    ? sigmaRule(number, i % 4 != 0)
                             : i % 5 == 3 ? policy(number)
                                          : falcoRule(number);
    files.push_back({"generated" + number + ".yml", text, {}});
  }
  return files;
}

Files real() {
  const char* folder = std::getenv("RULES");
  return folder == nullptr ? Files{} : analyzer::loadRuleFiles({folder});
}

std::unique_ptr<const analyzer::Program> shipped() {
  analyzer::Diagnostics diagnostics;
  return analyzer::compile(analyzer::loadRecipes({analyzer::builtinRecipesFolder()}), diagnostics);
}

std::vector<char> mixed() {
  MemorySink sink;
  trace::WriterSettings settings;
  settings.compressionLevel = 0;
  trace::Synth synth({1, kExecs, trace::Scene::kMixed});
  trace::Writer writer(sink, synth.header(), settings);
  trace::Record record;
  while (synth.next(record)) writer.add(record);
  writer.finish(synth.end());
  return sink.bytes();
}

std::vector<char> plain() { return traceOf({kExecs, 100}); }

void load(benchmark::State& state, const Files& files) {
  std::size_t rules = 0;
  for (auto _ : state) {
    const analyzer::RuleSet set = analyzer::compileRules(files);
    rules = set.recipes.size();
  }
  state.counters["rules"] = static_cast<double>(rules);
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * files.size()));
}

void judge(benchmark::State& state, const std::vector<char>& bytes, const Files& files) {
  const auto recipes = shipped();
  const auto program = recipes->withRecipes(analyzer::compileRules(files).recipes);
  std::uint64_t alerts = 0;
  for (auto _ : state) {
    const auto reader = trace::openTraceBytes({bytes.data(), bytes.size()}, "bench");
    analyzer::Engine engine(*program, reader->header(), [&](const auto&) { ++alerts; });
    trace::Record record;
    while (reader->next(record)) engine.process(record);
    engine.finish();
  }
  const auto iterations = static_cast<double>(state.iterations());
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * kExecs);
  state.counters["alerts/exec"] = static_cast<double>(alerts) / iterations / kExecs;
  state.counters["recipes"] = static_cast<double>(program->recipes().size());
}

void read(benchmark::State& state, const std::vector<char>& bytes) {
  for (auto _ : state) {
    const auto reader = trace::openTraceBytes({bytes.data(), bytes.size()}, "bench");
    trace::Record record;
    while (reader->next(record)) benchmark::DoNotOptimize(record);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * kExecs);
}

void readPlain(benchmark::State& state) { read(state, plain()); }
void readMixed(benchmark::State& state) { read(state, mixed()); }
void loadGenerated(benchmark::State& state) { load(state, generated(state.range(0))); }
void judgePlain(benchmark::State& state) { judge(state, plain(), generated(state.range(0))); }
void judgeMixed(benchmark::State& state) { judge(state, mixed(), generated(state.range(0))); }
void loadReal(benchmark::State& state) { load(state, real()); }
void judgePlainReal(benchmark::State& state) { judge(state, plain(), real()); }
void judgeMixedReal(benchmark::State& state) { judge(state, mixed(), real()); }

BENCHMARK(readPlain)->Unit(benchmark::kMillisecond);
BENCHMARK(readMixed)->Unit(benchmark::kMillisecond);
BENCHMARK(loadGenerated)->Arg(100)->Arg(1000)->Arg(3000)->Unit(benchmark::kMillisecond);
BENCHMARK(judgePlain)->Arg(0)->Arg(100)->Arg(1000)->Arg(3000)->Unit(benchmark::kMillisecond);
BENCHMARK(judgeMixed)->Arg(0)->Arg(100)->Arg(1000)->Arg(3000)->Unit(benchmark::kMillisecond);
const bool kReal = [] {
  if (std::getenv("RULES") == nullptr) return false;
  benchmark::RegisterBenchmark("loadReal", loadReal)->Unit(benchmark::kMillisecond);
  benchmark::RegisterBenchmark("judgePlainReal", judgePlainReal)->Unit(benchmark::kMillisecond);
  benchmark::RegisterBenchmark("judgeMixedReal", judgeMixedReal)->Unit(benchmark::kMillisecond);
  return true;
}();

}  // namespace
}  // namespace exectrail::bench
