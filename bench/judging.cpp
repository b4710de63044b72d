#include "bench/judging.h"

#include <time.h>

#include <algorithm>
#include <deque>
#include <string>
#include <unordered_set>

#include "analyzer/compiler/recipe_files.h"
#include "bench/synthetic.h"
#include "trace/reader.h"
#include "trace/record_bytes.h"

namespace exectrail::bench {
namespace {

void tell(benchmark::State& state, const analyzer::Program& program, std::uint64_t alerts) {
  const auto iterations = static_cast<double>(state.iterations());
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * kExecs);
  state.counters["alerts/exec"] = static_cast<double>(alerts) / iterations / kExecs;
  state.counters["recipes"] = static_cast<double>(program.recipes().size());
}

// The records of a batch with bytes of their own, each text and each context once, as in a batch.
class OwnBatch {
 public:
  void add(const trace::Record& record) {
    trace::Record& own = records_.emplace_back(record);
    const auto keep = [this](trace::Bytes& bytes) { bytes = *texts_.emplace(bytes).first; };
    trace::forEachBytes(own, keep);
    trace::Image* image = trace::imageOf(own);
    if (image == nullptr) return;
    auto known = std::ranges::find(contexts_, *image->context);
    if (known == contexts_.end()) {
      contexts_.push_back(*image->context);
      trace::forEachBytes(contexts_.back(), keep);
      known = contexts_.end() - 1;
    }
    image->context = &*known;
  }

  void clear() {
    records_.clear();
    contexts_.clear();
    texts_.clear();
  }

  const std::vector<trace::Record>& records() const { return records_; }

 private:
  std::vector<trace::Record> records_;
  std::deque<trace::Context> contexts_;
  std::unordered_set<std::string> texts_;
};

double threadSeconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

}  // namespace

void judge(benchmark::State& state, const std::vector<char>& bytes,
           const analyzer::Program& program, trace::Ahead ahead) {
  std::uint64_t alerts = 0;
  for (auto _ : state) {
    const auto reader = trace::openTraceBytes({bytes.data(), bytes.size()}, "bench",
                                              trace::Checks::kDigests, ahead);
    analyzer::Engine engine(program, reader->header(), [&](const auto&) { ++alerts; });
    trace::Record record;
    while (reader->next(record)) engine.process(record);
    engine.finish();
    if (engine.summary().execs != kExecs) state.SkipWithError("execs were lost");
  }
  tell(state, program, alerts);
}

void judgeDecoded(benchmark::State& state, const std::vector<char>& bytes,
                  const analyzer::Program& program) {
  std::uint64_t alerts = 0;
  for (auto _ : state) {
    const auto reader = trace::openTraceBytes({bytes.data(), bytes.size()}, "bench");
    analyzer::Engine engine(program, reader->header(), [&](const auto&) { ++alerts; });
    double seconds = 0;
    OwnBatch batch;
    trace::Record record;
    while (reader->next(record)) {
      batch.add(record);
      if (!reader->atBatchEnd()) continue;
      const double start = threadSeconds();
      for (const trace::Record& each : batch.records()) engine.process(each);
      seconds += threadSeconds() - start;
      batch.clear();
    }
    if (engine.summary().execs != kExecs) state.SkipWithError("execs were lost");
    state.SetIterationTime(seconds);
  }
  tell(state, program, alerts);
}

void read(benchmark::State& state, const std::vector<char>& bytes, trace::Ahead ahead) {
  for (auto _ : state) {
    const auto reader = trace::openTraceBytes({bytes.data(), bytes.size()}, "bench",
                                              trace::Checks::kDigests, ahead);
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
