// Events from perf's rings, one per CPU: what the kernel itself says about forks, execs, mappings,
// namespaces, cgroups and exits, and a copy of each new image's first stack, taken before its first
// instruction. Putting them together with other sources' is the merge's and the assembler's.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "recorder/events/source.h"

namespace exectrail::recorder {

struct PerfSettings {
  // Ring of each CPU; a power of two of pages, rounded up. An exec takes stackBytes and about 1 KiB
  // of it, whatever its stack holds.
  std::uint64_t ringBytesPerCpu = std::uint64_t{2} << 20;
  // Copied of each new image's stack; a multiple of 8, at most 48 KiB.
  std::uint32_t stackBytes = 16384;
  // Variables whose values are kept.
  std::vector<std::string> environmentNames;
};

class PerfSource : public Source {
 public:
  // Opens and maps the rings of all CPUs that are online, and starts the flow. Throws
  // EnvironmentError, with what to do, where unsupported() says why.
  explicit PerfSource(const PerfSettings& settings);
  ~PerfSource() override;

  // Nothing if this host can; or why not, in one sentence.
  static std::optional<std::string> unsupported();

  trace::Source kind() const override { return trace::Source::kPerf; }
  std::vector<std::string> eventNames() const override;

  // Readable at each exec of their CPU, unless wakeAtExecs() says otherwise; other records never
  // wake.
  std::vector<int> descriptors() const override;

  // Whether execs wake the reader, which they pay for. True if it was not so before: what came
  // until now has woken nobody.
  bool wakeAtExecs(bool wake);

  // Strings that the kernel's copy of a stack does not hold are read from the process here and now,
  // newest process first. Makes no other system call.
  void drain(std::vector<Event>& events) override;

  void stop() override;
  std::vector<Event> unreportedLosses(std::uint64_t nowNs) override;
  std::uint64_t undecodedEvents() const override;

  // To be called every second or so: CPUs that came online get a ring, and those that went offline
  // lose theirs after a last look into it, which appends to `events`. True if descriptors() has
  // changed.
  bool refreshCpus(std::vector<Event>& events);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace exectrail::recorder
