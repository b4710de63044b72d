// One group of events from a private tracefs instance: created here, removed here, also when
// something fails half-way. What a killed recorder leaves behind is removed by the next one.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "recorder/events/source.h"
#include "recorder/sources/event_decoder.h"

namespace exectrail::recorder {

class TracefsSource : public Source {
 public:
  // Enables the events and starts the flow. Throws EnvironmentError, with the command that helps:
  // no tracefs in the kernel, not mounted, no permission, an event missing.
  TracefsSource(EventGroup group, std::uint64_t bufferBytesPerCpu);
  ~TracefsSource() override;

  trace::Source kind() const override { return trace::Source::kTracefs; }
  std::vector<std::string> eventNames() const override;
  std::vector<int> descriptors() const override;

  // Reads at most a bounded number of pages of each CPU, so that a flood cannot keep the reader
  // busy: the kernel then overwrites the oldest, and says so.
  void drain(std::vector<Event>& events) override;
  void stop() override;
  std::vector<Event> unreportedLosses(std::uint64_t nowNs) override;
  std::uint64_t undecodedEvents() const override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Names of the instances that recorders of ours left behind and that were removed now.
std::vector<std::string> removeStaleInstances();

}  // namespace exectrail::recorder
