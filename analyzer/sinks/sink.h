// A place that alerts are sent to while a folder is followed, with a floor of severity and a
// bounded queue. The analysis never waits for one: what a full queue has no room for is dropped,
// counted and told.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "analyzer/sinks/sink_spec.h"

namespace exectrail::analyzer {

// What waits for a receiver that is away.
inline constexpr std::size_t kMostMessages = 4096;
inline constexpr std::size_t kMostBytes = std::size_t{16} << 20;

struct SinkState {
  std::size_t waiting = 0;  // messages that a restart would have to find again
  std::uint64_t sent = 0;
  std::uint64_t dropped = 0;
  std::uint64_t dead = 0;          // given up, and in the file for these
  std::uint64_t spooledBytes = 0;  // waiting on disk
  bool failing = false;            // its receiver takes nothing
  std::uint64_t failures = 0;      // how often that began, however short it was
  std::string why;                 // it last did not, escaped for a terminal
};

class Sink {
 public:
  explicit Sink(SinkSpec spec) : spec_(std::move(spec)) {}
  virtual ~Sink() = default;
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;

  const SinkSpec& spec() const { return spec_; }

  // `line`: of JSON, without a newline; of the journal, an entry.
  void add(std::string line, Severity severity, std::int64_t realtimeNs, const std::string& host) {
    if (severity >= spec_.least) put(std::move(line), severity, realtimeNs, host);
  }

  // The same whatever the floor, of a sink that wants heartbeats.
  void addHeartbeat(std::string line, std::int64_t realtimeNs, const std::string& host) {
    if (spec_.heartbeat) put(std::move(line), Severity::kInfo, realtimeNs, host);
  }

  // Sends what can be sent now. `nowNs`: CLOCK_MONOTONIC.
  virtual void pump(std::uint64_t nowNs) = 0;

  virtual SinkState state() const = 0;

 protected:
  virtual void put(std::string line, Severity severity, std::int64_t realtimeNs,
                   const std::string& host) = 0;

 private:
  SinkSpec spec_;
};

}  // namespace exectrail::analyzer
