// Bytes of a CPU's perf ring -> events, in the order in which they stand there. Pure: what a stack
// lacks is put down for whoever can read the process.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "recorder/events/event.h"
#include "recorder/kernel/perf_record.h"
#include "recorder/sources/event_decoder.h"
#include "recorder/sources/stack_decoder.h"

namespace exectrail::recorder {

// An exec whose stack is not whole. `dump` points into the ring.
struct UnfinishedStack {
  std::int32_t tgid = 0;
  std::uint64_t timeNs = 0;
  StackDump dump;
  std::vector<MemoryRange> missing;
  std::shared_ptr<StackReading> reading;  // the one of the ExecEvent
};

// What is known of one ring from one decode() to the next.
struct PerfRingState {
  std::uint16_t cpu = 0;
  std::uint64_t lastNs = 0;                                 // time of the last record
  std::uint64_t reportedLost = 0;                           // records told of by LOST records
  std::optional<std::uint64_t> throttledNs = std::nullopt;  // since when
  std::vector<std::byte> wrapped;  // a record that lay across the ring's end
};

class PerfDecoder {
 public:
  // `formats` has sched:sched_process_exec.
  PerfDecoder(const EventFormats& formats, const PerfFeatures& features,
              std::vector<std::string> environmentNames);

  // "sched:sched_process_exec lacks field filename", or empty.
  std::vector<std::string> missing() const { return tracepoints_.missing(); }

  // Appends to both. What makes no sense ends it, with a LossEvent.
  void decode(std::span<const std::byte> data, std::uint64_t tail, std::uint64_t head,
              PerfRingState& ring, std::vector<Event>& events,
              std::vector<UnfinishedStack>& unfinished);

  const StackDecoder& stacks() const { return stacks_; }
  std::uint64_t undecoded() const { return undecoded_ + tracepoints_.undecoded(); }

 private:
  struct Output;

  EventDecoder tracepoints_;
  PerfFeatures features_;
  StackDecoder stacks_;
  std::uint64_t undecoded_ = 0;
};

}  // namespace exectrail::recorder
