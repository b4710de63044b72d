// A way of getting events out of the kernel. The recording loop knows no other kind of source.
#pragma once

#include <string>
#include <vector>

#include "recorder/events/event.h"

namespace exectrail::recorder {

class Source {
 public:
  virtual ~Source() = default;

  virtual trace::Source kind() const = 0;

  // "system:name" of what was enabled, for the header.
  virtual std::vector<std::string> eventNames() const = 0;

  // Descriptors that become readable when there is something to drain.
  virtual std::vector<int> descriptors() const = 0;

  // Appends everything the kernel holds now. Events of one CPU are in order of time, with a
  // LossEvent where some are missing; CPUs are not merged.
  virtual void drain(std::vector<Event>& events) = 0;

  // Stops the flow; what was recorded before can still be drained.
  virtual void stop() = 0;

  // After stop() and a last drain(): losses that no LossEvent told of, and events of a shape that
  // could not be decoded.
  virtual std::vector<Event> unreportedLosses(std::uint64_t nowNs) = 0;
  virtual std::uint64_t undecodedEvents() const = 0;
};

}  // namespace exectrail::recorder
