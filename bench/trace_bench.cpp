// How many execs a second can be written to a trace and read from one, how fast a finished trace is
// packed and verified. All in memory: what is measured is encoding, checksums and decoding, no
// disk, and one thread.
#include <benchmark/benchmark.h>

#include <variant>

#include "bench/synthetic.h"
#include "trace/container/pack.h"
#include "trace/container/verify.h"
#include "trace/reader.h"
#include "trace/synth/synth.h"

namespace exectrail::bench {
namespace {

constexpr std::uint32_t kExecs = 10'000;

trace::ByteSpan bytesOf(const std::vector<char>& bytes) { return std::as_bytes(std::span(bytes)); }

void report(benchmark::State& state, std::size_t bytes) {
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * kExecs);
  state.counters["bytes/exec"] = static_cast<double>(bytes) / kExecs;
}

// The argument is the number of execs per batch.
Workload workload(const benchmark::State& state) {
  return {kExecs, static_cast<std::uint32_t>(state.range(0))};
}

std::vector<char> packed(const std::vector<char>& bytes) {
  MemorySink sink;
  trace::PackReport report;
  trace::FrameReader in(trace::readBytes(bytesOf(bytes)), "bench",
                        trace::FrameReader::Checks::kDigestsAndChain);
  trace::packFrames(in, sink, {}, report);
  return sink.bytes();
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

void read(benchmark::State& state, const std::vector<char>& bytes) {
  std::int64_t execs = 0;
  for (auto _ : state) {
    const auto reader = trace::openTraceBytes({bytes.data(), bytes.size()}, "bench",
                                              trace::Checks::kDigests, trace::Ahead::kNever);
    trace::Record record;
    while (reader->next(record)) execs += std::holds_alternative<trace::Exec>(record.body);
  }
  if (execs != state.iterations() * kExecs) state.SkipWithError("execs were lost");
  report(state, bytes.size());
}

void readTrace(benchmark::State& state) { read(state, traceOf(workload(state))); }
BENCHMARK(readTrace)->Arg(1)->Arg(10)->Arg(100)->Arg(1000)->Unit(benchmark::kMillisecond);

void readPacked(benchmark::State& state) { read(state, packed(traceOf(workload(state)))); }
BENCHMARK(readPacked)->Arg(1)->Arg(10)->Arg(100)->Arg(1000)->Unit(benchmark::kMillisecond);

// A whole day of a host, nothing sealed early; the argument is the level of zstd.
std::vector<char> mixed(int level) {
  MemorySink sink;
  trace::WriterSettings settings;
  settings.compressionLevel = level;
  trace::Synth synth({1, kExecs, trace::Scene::kMixed});
  trace::Writer writer(sink, synth.header(), settings);
  trace::Record record;
  while (synth.next(record)) writer.add(record);
  writer.finish(synth.end());
  return sink.bytes();
}

void writeMixed(benchmark::State& state) {
  const std::vector<char> bytes = mixed(0);
  MemorySink sink;
  for (auto _ : state) {
    // Reading costs a fraction of writing; what is measured is both.
    sink.clear();
    trace::WriterSettings settings;
    settings.compressionLevel = static_cast<int>(state.range(0));
    const auto reader = trace::openTraceBytes({bytes.data(), bytes.size()}, "bench",
                                              trace::Checks::kDigests, trace::Ahead::kNever);
    trace::Writer writer(sink, header(), settings);
    trace::Record record;
    while (reader->next(record)) writer.add(record);
    writer.finish({});
    benchmark::DoNotOptimize(sink.bytes().data());
  }
  report(state, sink.bytes().size());
}
BENCHMARK(writeMixed)->Arg(0)->Arg(3)->Unit(benchmark::kMillisecond);

void readMixed(benchmark::State& state) { read(state, mixed(static_cast<int>(state.range(0)))); }
BENCHMARK(readMixed)->Arg(0)->Arg(3)->Unit(benchmark::kMillisecond);

void readMixedPacked(benchmark::State& state) { read(state, packed(mixed(0))); }
BENCHMARK(readMixedPacked)->Unit(benchmark::kMillisecond);

void synthesise(benchmark::State& state) {
  for (auto _ : state) {
    trace::Synth synth({1, kExecs, trace::Scene::kMixed});
    trace::Record record;
    while (synth.next(record)) benchmark::DoNotOptimize(record);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * kExecs);
}
BENCHMARK(synthesise)->Unit(benchmark::kMillisecond);

void pack(benchmark::State& state) {
  const std::vector<char> bytes = traceOf(workload(state));
  for (auto _ : state) benchmark::DoNotOptimize(packed(bytes).data());
  report(state, packed(bytes).size());
}
BENCHMARK(pack)->Arg(10)->Unit(benchmark::kMillisecond);

void verifyTrace(benchmark::State& state) {
  const std::vector<char> bytes = traceOf(workload(state));
  for (auto _ : state) {
    const auto found = trace::verify(trace::readBytes(bytesOf(bytes)), "bench", {},
                                     [](trace::ByteSpan) { return std::nullopt; });
    if (!found.good(false)) state.SkipWithError("not intact");
  }
  report(state, bytes.size());
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * bytes.size()));
}
BENCHMARK(verifyTrace)->Arg(10)->Arg(1000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace exectrail::bench
