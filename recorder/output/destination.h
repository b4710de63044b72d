// What a recording writes to, from the moment it is opened until its last byte is written: a trace
// (TraceOutput), or the traces of a flight recorder (FlightOutput).
#pragma once

#include "recorder/output/batch_sink.h"
#include "trace/file_descriptor.h"

namespace exectrail::recorder {

class Destination : public BatchSink {
 public:
  // From here on something may be put. Threads begin here, with the rights of the caller.
  virtual void start() = 0;

  // After finish(): all is written, or has failed; check() throws how.
  virtual bool done() const = 0;

  // Nobody waits any longer for a reader that has stalled.
  virtual void abandon() = 0;

  virtual std::uint64_t bytesWritten() const = 0;

  // The one file that all goes into, which no other recorder takes while this is open; or none.
  virtual FileDescriptor hold() const { return {}; }

  // A flight recorder writes its window. `soFar` is the account of the whole recording.
  virtual void dump(const trace::End& soFar) = 0;
};

}  // namespace exectrail::recorder
