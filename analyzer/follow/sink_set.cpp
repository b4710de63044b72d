#include "analyzer/follow/sink_set.h"

#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "analyzer/follow/host_clock.h"
#include "analyzer/output/json.h"
#include "analyzer/sinks/journal.h"
#include "analyzer/sinks/socket_sink.h"
#include "analyzer/sinks/webhook_sink.h"
#include "trace/container/chain.h"
#include "trace/escape.h"
#include "trace/readable.h"

namespace exectrail::analyzer {
namespace {

// The same is told once in this time.
constexpr std::uint64_t kTellNs = 60'000'000'000;
// A checkpoint waits so long for a sink that does not take anything; after that, what a restart
// would send again is what the queue holds.
constexpr std::uint64_t kOweNs = 60'000'000'000;
constexpr std::uint64_t kDrainNs = 2'000'000'000;

std::string nameOf(const Sink& sink) {
  return std::string(name(sink.spec().kind)) + ":" + trace::escapeForTerminal(target(sink.spec()));
}

}  // namespace

SinkSet::SinkSet(const std::vector<SinkSpec>& specs, const std::vector<std::string>& secrets,
                 Operations& operations)
    : redaction_(secrets), operations_(operations) {
  for (const SinkSpec& spec : specs) {
    One one;
    if (spec.kind == SinkSpec::Kind::kWebhook) {
      one.sink = std::make_unique<WebhookSink>(spec);
    } else {
      one.sink = std::make_unique<SocketSink>(spec);
    }
    sinks_.push_back(std::move(one));
  }
}

bool SinkSet::wantHeartbeats() const {
  return std::any_of(sinks_.begin(), sinks_.end(),
                     [](const One& one) { return one.sink->spec().heartbeat; });
}

// JSON in any case: receivers are programs.
void SinkSet::send(const Alert& alert, const trace::Header& header,
                   const std::string& inputsSha256) {
  for (const One& one : sinks_) {
    const SinkSpec& spec = one.sink->spec();
    if (alert.severity < spec.least) continue;
    const Alert shown = spec.redact ? redaction_.of(alert) : alert;
    std::string line = toJsonLine(shown, headerOf(alert, header), inputsSha256);
    line.pop_back();  // its newline
    if (spec.kind == SinkSpec::Kind::kJournal) line = journalEntry(shown, line);
    one.sink->add(std::move(line), alert.severity, alert.realtimeNs, header.host.name);
  }
}

// What a host has said cannot be unsaid: whoever notes these finds with `exectrail trace verify
// --head` whether the segment still is what it was then.
void SinkSet::sendHeartbeat(const trace::Record& heartbeat, const trace::Header& header,
                            std::uint64_t batch, const trace::Reader& reader) {
  const auto& alive = std::get<trace::Heartbeat>(heartbeat.body);
  const std::int64_t realtimeNs = header.clock.toRealtimeNs(heartbeat.timeNs);
  nlohmann::ordered_json json;
  json["@timestamp"] = trace::rfc3339(realtimeNs);
  json["event"] = {{"kind", "event"},
                   {"category", nlohmann::json::array({"process"})},
                   {"dataset", "exectrail.operations"},
                   {"action", "heartbeat"}};
  json["host"] = {{"name", trace::escapeForTerminal(header.host.name)}};
  json["exectrail"] = {{"recording_id", trace::toString(header.recordingId)},
                       {"segment", header.segment.number},
                       {"batches", batch},
                       {"chain_head", trace::toHex(reader.head())},
                       {"execs", alive.execs},
                       {"attempts", alive.attempts},
                       {"lost_events", alive.lostEvents}};
  const std::string line = json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  for (const One& one : sinks_) {
    const bool journal = one.sink->spec().kind == SinkSpec::Kind::kJournal;
    one.sink->addHeartbeat(journal ? journalHeartbeat(line) : line, realtimeNs, header.host.name);
  }
}

void SinkSet::pump(std::uint64_t nowNs) {
  bool owed = false;
  for (One& one : sinks_) {
    one.sink->pump(nowNs);
    owed = owed || one.sink->state().waiting != 0;
    tellOf(one, nowNs);
  }
  owedSinceNs_ = !owed ? 0 : owedSinceNs_ == 0 ? nowNs : owedSinceNs_;
}

// Beginnings and ends of trouble; each at most once a minute, so that it does not add to it.
void SinkSet::tellOf(One& one, std::uint64_t nowNs) {
  const SinkState state = one.sink->state();
  const std::string name = nameOf(*one.sink);
  const auto tell = [&](const char* action, const std::string& message) {
    std::uint64_t& toldNs = one.toldNs[action];
    if (toldNs != 0 && nowNs < toldNs + kTellNs) return false;
    toldNs = nowNs;
    operations_.tell(action, message);
    return true;
  };
  // By their number: one that is over before this looks happened as well.
  if (!one.told.failing && state.failures != one.told.failures &&
      tell("sink_failing", name + " takes nothing: " + state.why +
                               "; alerts wait for it, and the output has them")) {
    one.told.failing = true;
  }
  if (one.told.failing) one.told.failures = state.failures;
  if (one.told.failing && !state.failing) {
    one.told.failing = !tell("sink_works", name + " takes alerts again");
  }
  if (state.dropped != one.told.dropped &&
      tell("dropped", std::to_string(state.dropped - one.told.dropped) +
                          " alerts were not sent to " + name +
                          ": it does not take them, and there is no room to keep them; the output "
                          "has them")) {
    one.told.dropped = state.dropped;
  }
  if (state.dead != one.told.dead &&
      tell("dead_letter", std::to_string(state.dead - one.told.dead) +
                              " alerts were given up for " + name + " (" + state.why +
                              ") and are in dead-letter.ndjson in its spool")) {
    one.told.dead = state.dead;
  }
}

bool SinkSet::owes(std::uint64_t nowNs) const {
  return owedSinceNs_ != 0 && nowNs < owedSinceNs_ + kOweNs;
}

void SinkSet::drain() {
  const std::uint64_t untilNs = monotonicNowNs() + kDrainNs;
  for (std::uint64_t nowNs = untilNs - kDrainNs; nowNs < untilNs; nowNs = monotonicNowNs()) {
    pump(nowNs);
    if (owedSinceNs_ == 0) return;
    ::usleep(10'000);
  }
  for (const One& one : sinks_) {
    const std::size_t waiting = one.sink->state().waiting;
    if (waiting == 0 || !one.sink->spec().spool.empty()) continue;
    operations_.tell("dropped", std::to_string(waiting) + " alerts were not sent to " +
                                    nameOf(*one.sink) + " before the end; the output has them");
  }
}

std::vector<SinkSet::Figures> SinkSet::figures() const {
  std::vector<Figures> all;
  for (const One& one : sinks_) {
    all.push_back({name(one.sink->spec().kind), target(one.sink->spec()), one.sink->state()});
  }
  return all;
}

}  // namespace exectrail::analyzer
