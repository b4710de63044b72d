// A trace of a host that does not exist, for benchmarks and property tests: what a recorder would
// have written if processes had run as the plans of a scene say. The same settings give the same
// records everywhere, in order of time; memory follows the processes that run at one time, not how
// many there have been.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <queue>
#include <unordered_map>
#include <vector>

#include "trace/metadata.h"
#include "trace/record.h"
#include "trace/synth/scenes.h"

namespace exectrail::trace {

struct SynthSettings {
  std::uint64_t seed = 1;
  std::uint64_t execs = 1'000;  // as many are in the trace, no more and no less
  Scene scene = Scene::kMixed;
};

class Synth {
 public:
  explicit Synth(const SynthSettings& settings);
  ~Synth();
  Synth(const Synth&) = delete;
  Synth& operator=(const Synth&) = delete;

  const Header& header() const { return header_; }

  // The next record; its bytes are valid until the next call. False at the end.
  bool next(Record& record);

  // The recorder's account of what next() has given so far.
  const End& end() const { return end_; }

 private:
  struct Process;
  enum class Step : std::uint8_t { kExec, kNextChild, kExit, kJob };
  struct Event {
    std::uint64_t timeNs;
    std::uint64_t order;
    Step step;
    std::uint32_t pid;
    bool operator>(const Event& other) const {
      return timeNs != other.timeNs ? timeNs > other.timeNs : order > other.order;
    }
  };

  void addDaemons();
  void at(std::uint64_t timeNs, Step step, std::uint32_t pid);
  void happen(const Event& event);
  void startJob();
  void start(Plan plan, Process& creator);
  void execute(Process& process);
  void goOn(Process& process);
  void finish(Process& process);
  std::uint32_t freshPid();
  Image imageOf(Process& process);
  Record& emit(RecordBody body);

  SynthSettings settings_;
  Random random_;
  Header header_;
  End end_;
  std::uint64_t nowNs_ = 0;
  std::uint64_t orders_ = 0;
  std::uint32_t lastPid_ = 3000;
  std::unordered_map<std::uint32_t, std::unique_ptr<Process>> processes_;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
  std::vector<std::uint32_t> daemons_;
  std::vector<std::unique_ptr<Process>> gone_;  // their bytes are in records not yet taken
  std::deque<Record> ready_;
};

}  // namespace exectrail::trace
