// Further places that alerts are sent to while a folder is followed: the system's log (RFC 5424),
// systemd's journal, or a unix socket, each with a floor of severity, a bounded queue, and without
// secrets unless asked. The analysis never waits for one: what a full queue has no room for is
// dropped, counted and told.
#pragma once

#include <cstdint>
#include <deque>
#include <string>

#include "analyzer/engine/severity.h"
#include "trace/file_descriptor.h"

namespace exectrail::analyzer {

struct SinkSpec {
  enum class Kind { kSyslog, kUnix, kJournal };
  Kind kind = Kind::kSyslog;
  std::string path;
  Severity least = Severity::kInfo;
  bool redact = true;
  bool heartbeat = false;  // also gets the recorder's, with the head of the hash chain
};

// "syslog:/dev/log,min=high", "journal:", "unix:/run/siem.sock,redact=no". Throws
// std::invalid_argument with a text for the person who typed it.
SinkSpec parseSink(const std::string& text);

class Sink {
 public:
  explicit Sink(SinkSpec spec) : spec_(std::move(spec)) {}

  const SinkSpec& spec() const { return spec_; }

  // `line`: of JSON, without a newline; of the journal, an entry.
  void add(std::string line, Severity severity, std::int64_t realtimeNs, const std::string& host);

  // The same whatever the floor, of a sink that wants heartbeats.
  void addHeartbeat(std::string line, std::int64_t realtimeNs, const std::string& host);

  // Sends what can be sent now. `nowNs`: CLOCK_MONOTONIC.
  void pump(std::uint64_t nowNs);

  bool empty() const { return queue_.empty(); }
  std::size_t waiting() const { return queue_.size(); }
  std::uint64_t sent() const { return sent_; }
  std::uint64_t dropped() const { return dropped_; }

 private:
  void put(std::string line, Severity severity, std::int64_t realtimeNs, const std::string& host);
  bool connect();
  // Of the first message. 0, or errno; EAGAIN also if only a part was taken.
  int sendFirst();

  SinkSpec spec_;
  FileDescriptor fd_;
  bool stream_ = false;
  std::deque<std::string> queue_;
  std::size_t bytes_ = 0;
  std::size_t offset_ = 0;  // of the first one, that a stream has taken
  std::uint64_t againNs_ = 0;
  std::uint64_t sent_ = 0;
  std::uint64_t dropped_ = 0;
};

}  // namespace exectrail::analyzer
