// A tracefs instance of our own: made with a name that says whose it is, set up for reading raw
// pages, read page by page for each CPU, and removed at its end, also when setting up fails
// half-way. What the events in it mean is left to the sources.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "recorder/events/event.h"
#include "recorder/kernel/event_formats.h"

namespace exectrail::recorder {

class PrivateInstance {
 public:
  // Throws EnvironmentError, with the command that helps: no tracefs in the kernel, not mounted, no
  // permission. `source` is what its losses are said to be of.
  PrivateInstance(const std::string& purpose, std::uint64_t bufferBytesPerCpu,
                  trace::Source source);
  ~PrivateInstance();
  PrivateInstance(const PrivateInstance&) = delete;
  PrivateInstance& operator=(const PrivateInstance&) = delete;

  // Zero, or why not as an errno: ENOENT if the kernel has no such event. `filter` may be null.
  int enable(const char* system, const char* event, const char* filter);

  // Zero, or why not as an errno.
  int write(const char* file, const std::string& value);

  // `pageSize` is EventFormats::pageSize().
  void start(std::size_t pageSize);
  void stop();

  std::vector<int> descriptors() const;

  using Visit =
      std::function<void(std::uint64_t timeNs, std::uint16_t cpu, std::span<const std::byte> raw)>;

  // Visits the events of each CPU in order of time, and appends a LossEvent where some are missing.
  // Reads at most a bounded number of pages of each CPU, so that a flood cannot keep the reader
  // busy: the kernel then overwrites the oldest, and says so.
  void drain(const Visit& visit, std::vector<Event>& losses);

  // After stop() and a last drain(): losses that no LossEvent told of.
  std::vector<Event> unreportedLosses(std::uint64_t nowNs) const;
  std::uint64_t damagedPages() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// How many events a CPU's buffer has lost, by its per_cpu/cpuN/stats, when all has been read:
// entries that it still has are handed out to nobody. Linux 6.12, emulated, keeps some after a
// flood, and counts them nowhere else.
std::uint64_t lostOf(const std::string& statistics);

// Text of a file of tracefs; empty if there is none of that name.
std::string readTracingFile(const std::string& file);

// Adds the format of an event, if the kernel has it.
void addFormat(EventFormats& formats, const std::string& system, const std::string& event);

// Throws EnvironmentError if there is no tracefs, with what to do.
void requireTracefs();

}  // namespace exectrail::recorder
