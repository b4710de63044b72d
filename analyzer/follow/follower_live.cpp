// Of the Follower: what it does between batches, and while it waits for the next one.
#include <algorithm>
#include <utility>

#include "analyzer/follow/follower.h"
#include "analyzer/follow/host_clock.h"
#include "analyzer/follow/metrics.h"
#include "analyzer/output/summary.h"
#include "trace/errors.h"
#include "trace/escape.h"
#include "trace/readable.h"

namespace exectrail::analyzer {
namespace {

// What is done twice after a kill is what happened in this time, at most.
constexpr std::uint64_t kSaveNs = 1'000'000'000;
constexpr int kWaitMs = 1000;
constexpr int kSealMs = 1000;
constexpr int kOwedMs = 50;

}  // namespace

void Follower::flush() {
  if (buffer_.empty()) return;
  output_.write(buffer_);
  buffer_.clear();
}

void Follower::batchDone() {
  flush();
  caughtUp_ = false;
  if (now_ > written_) {
    dirty_ = true;
    if (const std::uint64_t beganNs = std::exchange(passNs_, 0);
        beganNs != 0 && !written_.segment.empty()) {
      operations_.tell("resumed", "what was judged before was read again in " +
                                      trace::readableDuration(
                                          static_cast<std::int64_t>(monotonicNowNs() - beganNs)));
    }
    if (watch_) operations_.arrived(monotonicNowNs());
  }
  if (watch_) watch_->wait(0);
  look();
}

// Everything that was read is judged. False: nothing more of this segment comes.
bool Follower::more(const std::string& name, bool inside) {
  if (interrupted() || lastLook_) return false;
  if (reader_ != nullptr && reader_->end()) {
    if (!inside) return false;
    lastLook_ = true;  // the seal over the end is on its way
    watch_->wait(kSealMs);
    return true;
  }
  operations_.caughtUp(monotonicNowNs());
  caughtUp_ = true;
  const bool changed = watch_->takeFolderChanged() || !std::exchange(looked_, true);
  if (changed && hasSuccessor(name)) {
    // It was begun after this one was finished: what is here now is all.
    lastLook_ = true;
    return true;
  }
  // A file that is there and has no header yet gets one without another change of names.
  if (changed && tracesIn(settings_.folder).back() > name) looked_ = false;
  look();
  if (interrupted()) return false;
  watch_->wait(sinks_->waits() ? kOwedMs : kWaitMs);
  return true;
}

bool Follower::hasSuccessor(const std::string& name) const {
  const std::vector<std::string> names = tracesIn(settings_.folder);
  return std::any_of(
      std::upper_bound(names.begin(), names.end(), name), names.end(),
      [this](const std::string& later) { return isBegunTrace(settings_.folder + "/" + later); });
}

void Follower::look() {
  if (watch_ && watch_->takeReload()) reload();
  if (metrics_) metrics_->serve([this] { return figures(); });
  manager_.alive(monotonicNowNs(), [this] { return statusLine(); });
  const std::uint64_t nowNs = monotonicNowNs();
  if (sinks_) sinks_->pump(nowNs);
  if (dirty_ && nowNs >= savedNs_ + kSaveNs && !(sinks_ && sinks_->owes(nowNs)) && !saver_.busy()) {
    savedNs_ = nowNs;
    dirty_ = false;
    saver_.save(here());
  }
}

Checkpoint Follower::here() const {
  return {std::max(now_, written_), output_.bytes(), program_->inputsSha256(), output_.number()};
}

std::string Follower::statusLine() const {
  if (!engine_) return "waiting for a recording";
  const Summary& summary = engine_->summary();
  std::uint64_t alerts = 0;
  for (const std::uint64_t count : summary.alertsBySeverity) alerts += count;
  return std::to_string(summary.execs) + " execs of this recording judged, " +
         std::to_string(alerts) + " alerts" + (now_ > written_ ? "" : "; reading again");
}

std::string Follower::figures() const {
  Summary sum = total_;
  if (engine_) add(sum, engine_->summary());
  Figures figures;
  figures.summary = &sum;
  figures.operations = operations_.told();
  if (const std::uint64_t newestNs = operations_.newestNs(); newestNs != 0) {
    const std::uint64_t nowNs = std::max(monotonicNowNs(), newestNs);
    figures.lagSeconds = static_cast<double>(nowNs - newestNs) / 1e9;
  }
  figures.caughtUp = caughtUp_;
  figures.segment = now_.segment;
  figures.outputBytes = output_.bytes();
  figures.sinks = sinks_->figures();
  figures.confinedFiles = settings_.confinedFiles;
  figures.confinedCalls = settings_.confinedCalls;
  return toPrometheus(figures);
}

// A broken recipe changes nothing: the program that is there goes on.
void Follower::reload() {
  std::shared_ptr<const Program> program;
  std::string why = "recipes are not sound; the ones before are applied still";
  try {
    program = load_();
  } catch (const EnvironmentError& e) {
    why = std::string(e.what()) + "; the recipes before are applied still";
  }
  if (!program) {
    operations_.tell("reload_failed", why);
    return;
  }
  if (program->inputsSha256() == program_->inputsSha256()) return;
  operations_.tell("reloaded", "recipes have changed and are applied from here on, " +
                                   std::to_string(program->recipes().size()) + " of them");
  // The engine holds on to the old one until the pass has ended.
  next_ = std::move(program);
  again_ = true;
}

}  // namespace exectrail::analyzer
