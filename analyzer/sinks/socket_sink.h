// The system's log (RFC 5424), systemd's journal, or any unix socket, datagram or stream.
#pragma once

#include <deque>
#include <string>

#include "analyzer/sinks/sink.h"
#include "trace/file_descriptor.h"

namespace exectrail::analyzer {

class SocketSink : public Sink {
 public:
  using Sink::Sink;

  void pump(std::uint64_t nowNs) override;
  SinkState state() const override;

 protected:
  void put(std::string line, Severity severity, std::int64_t realtimeNs,
           const std::string& host) override;

 private:
  bool connect();
  // Of the first message. 0, or errno; EAGAIN also if only a part was taken.
  int sendFirst();
  void failed(int error, std::uint64_t nowNs);

  FileDescriptor fd_;
  bool stream_ = false;
  std::deque<std::string> queue_;
  std::size_t bytes_ = 0;
  std::size_t offset_ = 0;  // of the first one, that a stream has taken
  std::uint64_t againNs_ = 0;
  std::uint64_t sent_ = 0;
  std::uint64_t dropped_ = 0;
  bool failing_ = false;
  std::uint64_t failures_ = 0;
  int error_ = 0;  // errno when it last failed
};

}  // namespace exectrail::analyzer
