// A whole trace in memory, with bytes of its own: for work that goes over the same records many
// times (minimising, injected loss), or that writes a part of them.
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "trace/arena.h"
#include "trace/reader.h"
#include "trace/writer.h"

namespace exectrail::replay {

class LoadedTrace {
 public:
  // Reads `reader` to its end. Throws EnvironmentError if the trace is larger than memory should
  // hold; `name` is for messages.
  LoadedTrace(trace::Reader& reader, const std::string& name);
  LoadedTrace(const LoadedTrace&) = delete;
  LoadedTrace& operator=(const LoadedTrace&) = delete;

  const trace::Header& header() const { return header_; }
  const std::vector<trace::Record>& records() const { return records_; }
  const trace::ReadState& state() const { return state_; }
  const trace::End& end() const { return end_; }  // empty if the trace has none

 private:
  void keep(trace::Record& record);

  trace::Header header_;
  trace::Arena arena_;
  std::deque<trace::Context> contexts_;
  std::vector<trace::Record> records_;
  trace::ReadState state_;
  trace::End end_;
  std::size_t bytes_ = 0;
};

// The account of these records, in whose other parts `source` is repeated: what belongs to no
// record (not kept, late, undecoded) cannot be attributed to a part.
trace::End accountOf(const std::vector<trace::Record>& records, const trace::End& source);

// Writes `records` as a trace to the new file `path`, which appears when it is whole, and packed.
void writeTrace(const std::string& path, const trace::Header& header,
                const std::vector<trace::Record>& records, const trace::End& end);

}  // namespace exectrail::replay
