// What every execve was called with, copied by the kernel itself: at system-call entry from the
// caller's memory (event probes), and where the kernel opens the file, from its own copy of the
// path (a kernel probe). For failed attempts, of which there is no better evidence; whether an
// attempt failed is another source's to say.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "recorder/events/source.h"

namespace exectrail::recorder {

// Why the kernel's copies cannot be had here, each in one sentence; empty: they can.
struct DynamicSupport {
  std::string entries;  // file name and arguments, class `entry`
  std::string paths;    // the path, class `kernel`, and the interpreters
  friend bool operator==(const DynamicSupport&, const DynamicSupport&) = default;
};

class DynamicSource : public Source {
 public:
  // Makes the events, checks with an execve of its own, which fails, that they copy what they are
  // to, and starts the flow. What does not work here is left out. Throws EnvironmentError if
  // nothing does, or tracefs cannot be had.
  explicit DynamicSource(std::uint64_t bufferBytesPerCpu);
  ~DynamicSource() override;

  // What this host can. It tries, which takes root and some milliseconds.
  static DynamicSupport trySupport();

  const DynamicSupport& support() const;

  trace::Source kind() const override { return trace::Source::kDynamic; }
  std::vector<std::string> eventNames() const override;
  std::vector<int> descriptors() const override;

  // EnterEvents, with a reading where there was a copy, and OpenEvents.
  void drain(std::vector<Event>& events) override;
  void stop() override;
  std::vector<Event> unreportedLosses(std::uint64_t nowNs) override;
  std::uint64_t undecodedEvents() const override;

 private:
  struct State;
  void open(std::uint64_t bufferBytesPerCpu);

  DynamicSupport support_;
  std::unique_ptr<State> state_;
};

// Names of the dynamic events that recorders of ours left behind and that were removed now. Their
// instances must have been removed before.
std::vector<std::string> removeStaleDynamicEvents();

}  // namespace exectrail::recorder
