// What the benchmarks of recipes and of rules measure alike: a trace judged from its bytes to
// alerts, which are counted and not written, and the same trace only read. Time is
// that of one thread, and real time where a second one unpacks ahead.
#pragma once

#include <benchmark/benchmark.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "analyzer/engine/engine.h"
#include "trace/reader.h"
#include "trace/synth/synth.h"

namespace exectrail::bench {

constexpr std::uint32_t kExecs = 100'000;  // in each trace

void judge(benchmark::State& state, const std::vector<char>& bytes,
           const analyzer::Program& program, trace::Ahead ahead = trace::Ahead::kNever);
// The engine alone: what is measured, as manual time, begins when the records of a batch are there.
void judgeDecoded(benchmark::State& state, const std::vector<char>& bytes,
                  const analyzer::Program& program);
void read(benchmark::State& state, const std::vector<char>& bytes,
          trace::Ahead ahead = trace::Ahead::kNever);

// The recipes that the programs are shipped with; null if they are not sound.
std::unique_ptr<const analyzer::Program> shipped();

// A scene of `trace synth`, not compressed.
std::vector<char> sceneTrace(trace::Scene scene);

}  // namespace exectrail::bench
