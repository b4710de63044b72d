// The sinks of a follower: what each of them gets, what they owe, and what there is to be told
// about them.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "analyzer/engine/alert.h"
#include "analyzer/follow/operations.h"
#include "analyzer/sinks/redaction.h"
#include "analyzer/sinks/sink.h"
#include "trace/reader.h"

namespace exectrail::analyzer {

class SinkSet {
 public:
  // `operations` must outlive this. Throws EnvironmentError.
  SinkSet(const std::vector<SinkSpec>& specs, const std::vector<std::string>& secrets,
          Operations& operations);

  bool empty() const { return sinks_.empty(); }
  bool wantHeartbeats() const;

  void send(const Alert& alert, const trace::Header& header, const std::string& inputsSha256);

  // `reader` has just read it, and knows the head of the hash chain.
  void sendHeartbeat(const trace::Record& heartbeat, const trace::Header& header,
                     std::uint64_t batch, const trace::Reader& reader);

  // Sends what can be sent now. `nowNs`: CLOCK_MONOTONIC.
  void pump(std::uint64_t nowNs);

  // Something waits for a receiver.
  bool waits() const { return owedSinceNs_ != 0; }

  // And a checkpoint has to wait for it, because it must be found again after a kill.
  bool owes(std::uint64_t nowNs) const;

  // The last chance of what waits.
  void drain();

  struct Figures {
    std::string kind;
    std::string target;
    SinkState state;
  };
  std::vector<Figures> figures() const;

 private:
  struct One {
    std::unique_ptr<Sink> sink;
    SinkState told;
    std::map<std::string, std::uint64_t> toldNs;  // when something was, by action
  };

  void tellOf(One& one, std::uint64_t nowNs);

  std::vector<One> sinks_;
  Redaction redaction_;
  Operations& operations_;
  std::uint64_t owedSinceNs_ = 0;  // 0: every sink has all
};

}  // namespace exectrail::analyzer
