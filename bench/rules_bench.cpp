// Rules of other tools: how long they take to load, and how many execs a second they judge beside
// the shipped recipes. Generated rules of the three languages; a folder of real ones is named by
// the environment variable RULES. One thread; from the bytes of a trace to alerts, or of records
// that are decoded.
#include <benchmark/benchmark.h>

#include <cstdlib>

#include "analyzer/rules/rule_set.h"
#include "bench/judging.h"
#include "bench/synthetic.h"

namespace exectrail::bench {
namespace {

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

std::vector<char> plain() { return traceOf({kExecs, 100}); }

// Of a place that no published policy is about: without metadata of containers, those about all of
// /usr/bin, or of whatever is called bin, make alerts of each of its programs.
std::vector<char> quiet() { return traceOf({kExecs, 100, "/opt/site/lib/worker"}); }

void load(benchmark::State& state, const Files& files) {
  std::size_t rules = 0;
  for (auto _ : state) {
    const analyzer::RuleSet set = analyzer::compileRules(files);
    rules = set.recipes.size();
  }
  state.counters["rules"] = static_cast<double>(rules);
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * files.size()));
}

void judge(benchmark::State& state, const std::vector<char>& bytes, const Files& files,
           const analyzer::Workloads* workloads = nullptr) {
  const auto recipes = shipped();
  bench::judge(state, bytes,
               *recipes->withRecipes(analyzer::compileRules(files, workloads).recipes));
}

void readPlain(benchmark::State& state) { read(state, plain()); }
void readMixed(benchmark::State& state) { read(state, sceneTrace(trace::Scene::kMixed)); }
void loadGenerated(benchmark::State& state) { load(state, generated(state.range(0))); }
void judgePlain(benchmark::State& state) { judge(state, plain(), generated(state.range(0))); }
void judgeMixed(benchmark::State& state) {
  judge(state, sceneTrace(trace::Scene::kMixed), generated(state.range(0)));
}
void loadReal(benchmark::State& state) { load(state, real()); }
void judgeQuiet(benchmark::State& state) { judge(state, quiet(), Files{}); }
void judgeQuietReal(benchmark::State& state) { judge(state, quiet(), real()); }
void judgeQuietRealDecoded(benchmark::State& state) {
  bench::judgeDecoded(state, quiet(),
                      *shipped()->withRecipes(analyzer::compileRules(real()).recipes));
}
void judgePlainReal(benchmark::State& state) { judge(state, plain(), real()); }
// It is known which containers there are, so that policies for pods are not asked about the host.
void judgePlainRealPods(benchmark::State& state) {
  analyzer::Workloads workloads;
  analyzer::Workload workload;
  workload.containerId = "548176888fca";
  workload.labels = {{"app", "nginx"}};
  workloads.add(workload);
  judge(state, plain(), real(), &workloads);
}
void judgeMixedReal(benchmark::State& state) {
  judge(state, sceneTrace(trace::Scene::kMixed), real());
}

BENCHMARK(readPlain)->Unit(benchmark::kMillisecond);
BENCHMARK(readMixed)->Unit(benchmark::kMillisecond);
BENCHMARK(loadGenerated)->Arg(100)->Arg(1000)->Arg(3000)->Unit(benchmark::kMillisecond);
BENCHMARK(judgePlain)->Arg(0)->Arg(100)->Arg(1000)->Arg(3000)->Unit(benchmark::kMillisecond);
BENCHMARK(judgeMixed)->Arg(0)->Arg(100)->Arg(1000)->Arg(3000)->Unit(benchmark::kMillisecond);
const bool kReal = [] {
  if (std::getenv("RULES") == nullptr) return false;
  benchmark::RegisterBenchmark("loadReal", loadReal)->Unit(benchmark::kMillisecond);
  benchmark::RegisterBenchmark("judgeQuiet", judgeQuiet)->Unit(benchmark::kMillisecond);
  benchmark::RegisterBenchmark("judgeQuietReal", judgeQuietReal)->Unit(benchmark::kMillisecond);
  benchmark::RegisterBenchmark("judgeQuietRealDecoded", judgeQuietRealDecoded)
      ->UseManualTime()
      ->Unit(benchmark::kMillisecond);
  benchmark::RegisterBenchmark("judgePlainReal", judgePlainReal)->Unit(benchmark::kMillisecond);
  benchmark::RegisterBenchmark("judgePlainRealPods", judgePlainRealPods)
      ->Unit(benchmark::kMillisecond);
  benchmark::RegisterBenchmark("judgeMixedReal", judgeMixedReal)->Unit(benchmark::kMillisecond);
  return true;
}();

}  // namespace
}  // namespace exectrail::bench
