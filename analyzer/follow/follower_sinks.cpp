// Of the Follower: what goes to sinks besides the output.
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "analyzer/follow/follower.h"
#include "analyzer/follow/host_clock.h"
#include "analyzer/follow/journal.h"
#include "analyzer/follow/redaction.h"
#include "analyzer/output/json.h"
#include "trace/container/chain.h"
#include "trace/escape.h"
#include "trace/readable.h"

namespace exectrail::analyzer {
namespace {

// Drops are told once in this time.
constexpr std::uint64_t kTellNs = 60'000'000'000;
// A checkpoint waits so long for a sink that does not take anything; after that, what a restart
// would send again is what the queue holds.
constexpr std::uint64_t kOweNs = 60'000'000'000;
constexpr std::uint64_t kDrainNs = 2'000'000'000;

}  // namespace

// JSON in any case: receivers are programs.
void Follower::send(const Alert& alert) {
  for (Sink& sink : sinks_) {
    if (alert.severity < sink.spec().least) continue;
    const Alert shown = sink.spec().redact ? redacted(alert) : alert;
    std::string line = toJsonLine(shown, headerOf(alert, header_), program_->inputsSha256());
    line.pop_back();  // its newline
    if (sink.spec().kind == SinkSpec::Kind::kJournal) line = journalEntry(shown, line);
    sink.add(std::move(line), alert.severity, alert.realtimeNs, header_.host.name);
  }
}

// What a host has said cannot be unsaid: whoever notes these finds with `exectrail trace verify
// --head` whether the segment still is what it was then.
void Follower::sendHeartbeat(const trace::Reader& reader) {
  const auto& alive = std::get<trace::Heartbeat>(heartbeat_->body);
  const std::int64_t realtimeNs = header_.clock.toRealtimeNs(heartbeat_->timeNs);
  nlohmann::ordered_json json;
  json["@timestamp"] = trace::rfc3339(realtimeNs);
  json["event"] = {{"kind", "event"},
                   {"category", nlohmann::json::array({"process"})},
                   {"dataset", "exectrail.operations"},
                   {"action", "heartbeat"}};
  json["host"] = {{"name", trace::escapeForTerminal(header_.host.name)}};
  json["exectrail"] = {{"recording_id", trace::toString(header_.recordingId)},
                       {"segment", header_.segment.number},
                       {"batches", now_.batch},
                       {"chain_head", trace::toHex(reader.head())},
                       {"execs", alive.execs},
                       {"attempts", alive.attempts},
                       {"lost_events", alive.lostEvents}};
  heartbeat_.reset();
  const std::string line = json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  for (Sink& sink : sinks_) {
    const bool journal = sink.spec().kind == SinkSpec::Kind::kJournal;
    sink.addHeartbeat(journal ? journalHeartbeat(line) : line, realtimeNs, header_.host.name);
  }
}

void Follower::pumpSinks(std::uint64_t nowNs) {
  std::uint64_t dropped = 0;
  bool owed = false;
  for (Sink& sink : sinks_) {
    sink.pump(nowNs);
    dropped += sink.dropped();
    owed = owed || !sink.empty();
  }
  owedSinceNs_ = !owed ? 0 : owedSinceNs_ == 0 ? nowNs : owedSinceNs_;
  if (dropped == toldDropped_ || nowNs < toldNs_ + kTellNs) return;
  operations_.tell("dropped", std::to_string(dropped - toldDropped_) +
                                  " alerts were not sent: a sink takes nothing, and its queue is "
                                  "full; the output has them");
  toldDropped_ = dropped;
  toldNs_ = nowNs;
}

// What a sink has not taken yet must be found again after a kill.
bool Follower::sinksOwe(std::uint64_t nowNs) {
  return owedSinceNs_ != 0 && nowNs < owedSinceNs_ + kOweNs;
}

void Follower::drainSinks() {
  const std::uint64_t untilNs = monotonicNowNs() + kDrainNs;
  for (std::uint64_t nowNs = untilNs - kDrainNs; nowNs < untilNs; nowNs = monotonicNowNs()) {
    if (!sinks_.empty()) pumpSinks(nowNs);
    if (owedSinceNs_ == 0) return;
    ::usleep(10'000);
  }
  std::size_t waiting = 0;
  for (const Sink& sink : sinks_) waiting += sink.waiting();
  operations_.tell("dropped", std::to_string(waiting) +
                                  " alerts were not sent before the end; the output has them");
}

}  // namespace exectrail::analyzer
