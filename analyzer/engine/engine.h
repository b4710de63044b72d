// Program x records -> alerts. One pass, no clock, no /proc, no name service: the same input gives
// the same alerts whatever the batch size and wherever the trace came from.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "analyzer/compiler/program.h"
#include "analyzer/engine/alert.h"
#include "analyzer/engine/judged.h"
#include "analyzer/engine/memory.h"
#include "analyzer/engine/profile.h"
#include "trace/metadata.h"
#include "trace/record.h"

namespace exectrail::analyzer {

struct RecipeCounts {
  std::uint64_t alerts = 0;
  std::uint64_t suppressed = 0;
  std::uint64_t inconclusive = 0;
  std::uint64_t evictions = 0;                    // from its memory, by its bound
  std::map<std::string, std::uint64_t> exempted;  // by name of the exemption
};

struct Summary {
  std::uint64_t execs = 0;
  std::uint64_t attempts = 0;
  std::uint64_t attemptsNotKept = 0;  // as the trace's tallies name them
  std::uint64_t gaps = 0;
  std::uint64_t lostEvents = 0;
  std::uint64_t processesForgotten = 0;  // more were alive at a time than Linux runs
  std::array<std::uint64_t, kSeverityNames.size()> alertsBySeverity{};  // index: Severity
  std::map<std::string, RecipeCounts> recipes;  // by recipe name, all that are applied
  std::vector<std::string> idle;                // recipes that need a baseline, and got none
};

using AlertSink = std::function<void(const Alert&)>;

class Engine {
 public:
  // Recordings of a merged trace that are judged at a time, each by itself; then the one of which
  // nothing has come for longest is forgotten, and its processes are counted as such.
  static constexpr std::size_t kMaxHosts = 1024;

  // `program` must outlive the engine. `sink` is called from process(), once for each alert, in the
  // order of records and, for one record, of recipe names.
  // Without a baseline, first-seen recipes are idle; it must outlive the engine.
  Engine(const Program& program, const trace::Header& header, AlertSink sink,
         const Baseline* baseline = nullptr);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  void process(const trace::Record& record);

  // What follows comes from the next segment of the same recording: its clock counts from here on.
  void continueIn(const trace::Header& segment);

  // While silent, all is judged, counted and remembered as ever, and no alert is given.
  void setSilent(bool silent);

  // The trace has ended: gives out what suppression holds back.
  void finish();

  const Summary& summary() const;

  // Called for all that is judged, before recipes are asked; for listing and explaining. Conditions
  // that are evaluated there must outlive the engine.
  using Observer = std::function<void(const Judged&)>;
  void observe(Observer observer);

  // From now on, what recipes cost is counted. profile() says what it was so far.
  void profile(ProfileClock clock);
  const Profile& profile() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace exectrail::analyzer
