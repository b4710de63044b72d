#include "analyzer/engine/engine.h"

#include "analyzer/engine/host_judge.h"

namespace exectrail::analyzer {
namespace {

// As of a trace of that recording alone.
std::shared_ptr<const trace::Header> headerOfOrigin(const trace::Header& merged,
                                                    const trace::Origin& origin) {
  auto header = std::make_shared<trace::Header>(merged);
  header->origins.clear();
  header->recordingId = origin.recordingId;
  header->host = origin.host;
  header->clock = origin.clock;
  header->capture = origin.capture;
  return header;
}

}  // namespace

struct Engine::State {
  State(const Program& program, const trace::Header& h, AlertSink sink, const Baseline* baseline)
      : header(h), ofTrace{program, baseline, std::move(sink)} {
    for (const Recipe& recipe : program.recipes()) {
      const bool idle = !recipe.firstSeen.empty() && baseline == nullptr;
      if (recipe.enabled && idle) ofTrace.summary.idle.push_back(recipe.info->name);
    }
    hosts.push_back({judgeOf(0), 0});
  }

  HostJudge& hostOf(const trace::Record& record) {
    // One that is not described counts as the first.
    const std::size_t number = record.origin <= header.origins.size() ? record.origin : 0;
    if (hosts.size() <= number) hosts.resize(number + 1);
    Host& host = hosts[number];
    host.lastUse = ++uses;
    if (!host.judge) {
      if (++judges > kMaxHosts) forgetOne(number);
      host.judge = judgeOf(number);
    }
    return *host.judge;
  }

  std::unique_ptr<HostJudge> judgeOf(std::size_t number) {
    std::shared_ptr<const trace::Header> own;
    if (number != 0) own = headerOfOrigin(header, header.origins[number - 1]);
    return std::make_unique<HostJudge>(ofTrace, own ? *own : header, own,
                                       header.origins.size() + 1);
  }

  // Nobody merges that many; but whoever claims to must not get all memory.
  void forgetOne(std::size_t but) {
    Host* oldest = nullptr;
    for (Host& host : hosts) {
      if (!host.judge || &host == &hosts[but]) continue;
      if (oldest == nullptr || host.lastUse < oldest->lastUse) oldest = &host;
    }
    if (oldest == nullptr) return;
    oldest->judge->finish();
    ofTrace.summary.processesForgotten += oldest->judge->processes();
    oldest->judge.reset();
    --judges;
  }

  struct Host {
    std::unique_ptr<HostJudge> judge;  // null: nothing of it has come, or it was forgotten
    std::uint64_t lastUse = 0;
  };

  trace::Header header;
  OfTrace ofTrace;
  std::vector<Host> hosts;  // by origin
  std::size_t judges = 1;
  std::uint64_t uses = 0;
};

Engine::Engine(const Program& program, const trace::Header& header, AlertSink sink,
               const Baseline* baseline)
    : state_(std::make_unique<State>(program, header, std::move(sink), baseline)) {}

Engine::~Engine() = default;

void Engine::process(const trace::Record& record) { state_->hostOf(record).process(record); }

void Engine::continueIn(const trace::Header& segment) {
  state_->header = segment;
  if (state_->hosts.front().judge) state_->hosts.front().judge->continueIn(segment);
}

void Engine::setSilent(bool silent) { state_->ofTrace.silent = silent; }

void Engine::finish() {
  for (State::Host& host : state_->hosts) {
    if (host.judge) host.judge->finish();
  }
}

void Engine::observe(Observer observer) { state_->ofTrace.observer = std::move(observer); }

void Engine::profile(ProfileClock clock) { state_->ofTrace.clock = std::move(clock); }

const Profile& Engine::profile() const { return state_->ofTrace.profile; }

const Summary& Engine::summary() const { return state_->ofTrace.summary; }

}  // namespace exectrail::analyzer
