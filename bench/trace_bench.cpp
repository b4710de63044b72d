// How many execs a second can be written to a trace and read from one. Both in memory: what is
// measured is encoding, checksums and decoding, not a disk.
#include <benchmark/benchmark.h>

#include <variant>

#include "bench/synthetic.h"
#include "trace/reader.h"

namespace exectrail::bench {
namespace {

constexpr std::uint32_t kExecs = 10'000;

void report(benchmark::State& state, std::size_t bytes) {
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * kExecs);
  state.counters["bytes/exec"] = static_cast<double>(bytes) / kExecs;
}

// The argument is the number of execs per batch.
Workload workload(const benchmark::State& state) {
  return {kExecs, static_cast<std::uint32_t>(state.range(0))};
}

void writeTrace(benchmark::State& state) {
  MemorySink sink;
  for (auto _ : state) {
    sink.clear();
    trace::Writer writer(sink, header());
    writeExecs(writer, workload(state));
    writer.finish({});
    benchmark::DoNotOptimize(sink.bytes().data());
  }
  report(state, sink.bytes().size());
}
BENCHMARK(writeTrace)->Arg(1)->Arg(10)->Arg(100)->Arg(1000)->Unit(benchmark::kMillisecond);

void readTrace(benchmark::State& state) {
  const std::vector<char> bytes = traceOf(workload(state));
  std::int64_t execs = 0;
  for (auto _ : state) {
    const auto reader = trace::openTraceBytes({bytes.data(), bytes.size()}, "bench");
    trace::Record record;
    while (reader->next(record)) execs += std::holds_alternative<trace::Exec>(record.body);
  }
  if (execs != state.iterations() * kExecs) state.SkipWithError("execs were lost");
  report(state, bytes.size());
}
BENCHMARK(readTrace)->Arg(1)->Arg(10)->Arg(100)->Arg(1000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace exectrail::bench
