// The sources of one recording: opened as asked for and as the host allows, drained in two steps.
// What is short-lived is drained at once, whenever something happens; the rest when it is due.
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "recorder/events/source.h"
#include "trace/metadata.h"

namespace exectrail::recorder {

class PerfSource;

struct SourceSettings {
  std::set<trace::Source> wanted;  // empty: all that the host allows
  std::uint64_t bufferBytesPerCpu = std::uint64_t{4} << 20;
  std::vector<std::string> environmentNames;
  bool failures = true;
};

class Sources {
 public:
  // Throws EnvironmentError if none can report execs, or one that was asked for cannot be had.
  explicit Sources(const SourceSettings& settings);
  ~Sources();

  // For the header.
  std::vector<trace::Source> kinds() const;
  std::vector<std::string> eventNames() const;
  const std::vector<std::string>& notes() const { return notes_; }

  bool uses(trace::Source source) const;
  bool reportsExecsTwice() const { return perf_ != nullptr && processes_ != nullptr; }
  bool reportsStatuses() const { return statuses_ != nullptr; }

  // Readable when there is something to drain at once: of execs, of failures, or of both.
  void descriptors(bool execs, bool failures, std::vector<int>& descriptors) const;

  // Successful execs, from the source that knows most about them.
  void drainExecs(std::vector<Event>& events);

  // Whether execs wake whoever waits, where a source lets us choose. True if it was not so before:
  // what came until now has woken nobody.
  bool wakeAtExecs(bool wake);

  bool failuresReady() const;

  // Failed attempts and what they were called with.
  void drainFailures(std::vector<Event>& events);

  // Everything else.
  void drainRest(std::vector<Event>& events);

  // CPUs that came or went. To be called every second or so.
  void refreshCpus(std::vector<Event>& events);

  void stop();
  std::vector<Event> unreportedLosses(std::uint64_t nowNs);
  std::uint64_t undecodedEvents() const;

 private:
  void openTracefs(const SourceSettings& settings);
  void openFailures(const SourceSettings& settings);
  void openPerf(const SourceSettings& settings);
  void openStatuses();
  std::vector<Source*> all() const;

  std::unique_ptr<PerfSource> perf_;
  std::unique_ptr<Source> processes_;
  std::unique_ptr<Source> entries_;
  std::unique_ptr<Source> failures_;
  std::unique_ptr<Source> statuses_;
  std::set<trace::Source> wanted_;
  std::vector<std::string> notes_;
};

}  // namespace exectrail::recorder
