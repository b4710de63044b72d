// What decoding costs: the records of a real command, as they stand in a perf ring, and the stack
// of a new image. Pure computing, on data of tests/data/kernel; system calls are not in it.
#include <benchmark/benchmark.h>
#include <elf.h>

#include <string>

#include "recorder/sources/perf_decoder.h"
#include "tests/recorder/sources/kernel_data.h"
#include "tests/recorder/sources/perf_ring.h"
#include "tests/recorder/sources/stack_builder.h"

namespace exectrail::recorder {
namespace {

const std::vector<std::string> kNames = {"LD_PRELOAD", "LD_LIBRARY_PATH", "LD_AUDIT", "BASH_ENV",
                                         "ENV",        "PYTHONPATH",      "PERL5LIB", "PATH"};

// Fork, COMM, mappings, three execs and exit: setarch, env and true.
void decodeRing(benchmark::State& state) {
  const auto formats = test::kernelFormats();
  const test::FakeRing ring(test::hexBytes("perf/command.hex"));
  PerfDecoder decoder(*formats, {}, kNames);
  std::size_t records = 0;
  std::int64_t execs = 0;
  for (auto _ : state) {
    PerfRingState ringState;
    std::vector<Event> events;
    std::vector<UnfinishedStack> unfinished;
    decoder.decode(ring.data, ring.tail, ring.head, ringState, events, unfinished);
    records = events.size();
    execs += 3;
    benchmark::DoNotOptimize(events.data());
  }
  state.SetItemsProcessed(execs);
  state.counters["events"] = static_cast<double>(records);
}
BENCHMARK(decodeRing);

// An ordinary command line, with as many variables as are asked for.
void decodeStack(benchmark::State& state) {
  test::StackParts parts;
  parts.arguments = {"gcc", "-O2", "-Wall", "-c", "-o", "main.o", "main.c"};
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    parts.environment.push_back("SOME_VARIABLE_" + std::to_string(i) + "=with a value of 40 bytes");
  }
  parts.environment.push_back("PATH=/usr/local/bin:/usr/bin:/bin");
  parts.path = "/usr/bin/gcc";
  const test::BuiltStack stack(parts);
  const StackDecoder decoder(kNames);
  for (auto _ : state) {
    StackReading reading;
    benchmark::DoNotOptimize(decoder.decode(stack.dump(16384), {}, reading));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(decodeStack)->Arg(0)->Arg(30)->Arg(100);

// argv is read from memory: what is missing is worked out, and it is decoded again.
void decodeStackTwice(benchmark::State& state) {
  test::StackParts parts;
  parts.arguments = {"gcc", "-O2", "-Wall", "-c", "-o", "main.o", "main.c"};
  parts.gapBytes = 6000;
  const test::BuiltStack stack(parts);
  const StackDecoder decoder(kNames);
  for (auto _ : state) {
    StackReading reading;
    const auto missing = decoder.decode(stack.dump(4096), {}, reading);
    const MemoryPiece piece = stack.read(missing.front());
    reading = {};
    benchmark::DoNotOptimize(decoder.decode(stack.dump(4096), {{&piece, 1}, 0}, reading));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(decodeStackTwice);

}  // namespace
}  // namespace exectrail::recorder
