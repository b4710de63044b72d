// Program x records -> alerts. One pass, no clock, no /proc, no name service: the same input gives
// the same alerts whatever the batch size and wherever the trace came from.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "analyzer/compiler/program.h"
#include "analyzer/engine/alert.h"
#include "trace/metadata.h"
#include "trace/record.h"

namespace exectrail::analyzer {

struct RecipeCounts {
  std::uint64_t alerts = 0;
  std::uint64_t suppressed = 0;
  std::uint64_t inconclusive = 0;
  std::map<std::string, std::uint64_t> exempted;  // by name of the exemption
};

struct Summary {
  std::uint64_t execs = 0;
  std::uint64_t attempts = 0;
  std::uint64_t attemptsNotKept = 0;  // as the trace's tallies name them
  std::uint64_t gaps = 0;
  std::uint64_t lostEvents = 0;
  std::array<std::uint64_t, kSeverityNames.size()> alertsBySeverity{};  // index: Severity
  std::map<std::string, RecipeCounts> recipes;  // by recipe name, all of the program
};

using AlertSink = std::function<void(const Alert&)>;

class Engine {
 public:
  // `program` must outlive the engine. `sink` is called from process(), once for each alert, in the
  // order of records and, for one record, of recipe names.
  Engine(const Program& program, const trace::Header& header, AlertSink sink);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  void process(const trace::Record& record);
  const Summary& summary() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace exectrail::analyzer
