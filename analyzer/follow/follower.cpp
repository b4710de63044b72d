#include "analyzer/follow/follower.h"

#include <malloc.h>

#include <algorithm>
#include <utility>

#include "analyzer/follow/host_clock.h"
#include "analyzer/output/summary.h"
#include "analyzer/output/wording.h"
#include "trace/errors.h"
#include "trace/escape.h"

namespace exectrail::analyzer {
namespace {

constexpr std::size_t kFlushBytes = std::size_t{64} << 10;

std::string numbers(std::uint32_t first, std::uint32_t last) {
  return first == last ? "segment " + std::to_string(first)
                       : "segments " + std::to_string(first) + " to " + std::to_string(last);
}

// To the kernel, what earlier work has left free between what is kept: on a host that runs for
// months the most that was ever needed is not what is needed.
void giveBackMemory() { ::malloc_trim(0); }

}  // namespace

Follower::Follower(FollowSettings settings, std::shared_ptr<const Program> program,
                   LoadProgram load, RenderAlert render, const Baseline* baseline,
                   Operations& operations)
    : settings_(std::move(settings)),
      program_(std::move(program)),
      load_(std::move(load)),
      render_(std::move(render)),
      baseline_(baseline),
      operations_(operations),
      output_(settings_.output),
      saver_(output_, settings_.checkpoint),
      bootId_(bootIdOfThisHost()) {
  if (!settings_.follow) return;
  watch_.emplace(settings_.folder);
  for (const std::string& path : settings_.watched) watch_->watchRecipes(path);
  sinks_.emplace(settings_.sinks, settings_.secrets, operations_);
  if (settings_.metrics.empty()) return;
  metrics_.emplace(settings_.metrics);
  watch_->watchDescriptor(metrics_->descriptor());
}

void Follower::run() {
  resume();
  manager_.ready("reading " + settings_.folder);
  do {
    again_ = false;
    if (next_) program_ = std::move(next_);
    pass();
  } while (again_ && !watch_->stopped());
  if (sinks_) sinks_->drain();
  saver_.saveNow(here());
}

void Follower::resume() {
  if (settings_.checkpoint.empty()) return;
  checkpointLock_ = lockCheckpoint(settings_.checkpoint);
  const auto checkpoint = readCheckpoint(settings_.checkpoint);
  if (!checkpoint) {
    // What the file holds belongs to nothing that we know of: it stays. What is added to it from
    // here on is ours, also if we are killed before the first alert is vouched for.
    saver_.saveNow(here());
    return;
  }
  written_ = checkpoint->position;
  if (!output_.resumeAt(checkpoint->outputNumber, checkpoint->outputBytes)) {
    operations_.tell("output_changed",
                     "the file of alerts is shorter than the checkpoint says; "
                     "somebody has changed it, alerts are added to its end");
  }
  if (checkpoint->inputsSha256 != program_->inputsSha256()) {
    operations_.tell("program_changed",
                     "recipes are others than before; they are applied from "
                     "here on, with the knowledge of what was before");
  }
}

// Everything from the first segment that is needed, up to the end or an interruption.
void Follower::pass() {
  engine_.reset();
  giveBackMemory();
  total_ = {};
  now_ = {};
  whole_ = false;
  passNs_ = monotonicNowNs();
  std::string name = beforeFirstNeeded();
  while (nextSegment(name)) {
    readSegment(name);
    if (interrupted()) break;
  }
  written_ = std::max(written_, now_);
  // With a checkpoint, the recording may go on the next time; its end is said when it is known.
  if (engine_ && !settings_.follow && settings_.checkpoint.empty()) endRecording();
  if (engine_) add(total_, engine_->summary());
  engine_.reset();
}

// The name behind which to begin: that of the last segment of earlier recordings.
std::string Follower::beforeFirstNeeded() {
  if (settings_.newest) {
    const std::vector<std::string> all = tracesIn(settings_.folder);
    return all.size() < 2 ? std::string() : all[all.size() - 2];
  }
  if (written_.segment.empty()) return {};
  if (written_.closed) return written_.segment;
  const std::vector<std::string> names = tracesIn(settings_.folder);
  const auto found = std::find(names.begin(), names.end(), written_.segment);
  if (found == names.end()) {
    operations_.tell("segments_missing",
                     trace::quoteForTerminal(written_.segment) +
                         ", where the checkpoint is, is not there any more; what it held after the "
                         "checkpoint, if anything, was not judged");
    return written_.segment;
  }
  auto first = found;
  try {
    trace::Header header = trace::openTrace(settings_.folder + "/" + *found)->header();
    while (first != names.begin() && header.segment.number > 1) {
      const trace::Header before =
          trace::openTrace(settings_.folder + "/" + *(first - 1))->header();
      if (before.recordingId != header.recordingId ||
          before.segment.number + 1 != header.segment.number) {
        break;
      }
      header = before;
      --first;
    }
    if (header.segment.number > 1) {
      operations_.tell("segments_missing",
                       numbers(1, header.segment.number - 1) +
                           " of the recording are not there any more: what was known from them "
                           "only (counts, what ended before) is not known now");
    }
  } catch (const EnvironmentError& e) {
    operations_.tell("damaged", e.what());
  }
  return first == names.begin() ? std::string() : *(first - 1);
}

// Moves `name` to the one behind it. False if there is none; when following, waits for it.
bool Follower::nextSegment(std::string& name) {
  while (true) {
    const std::vector<std::string> names = tracesIn(settings_.folder);
    const auto next = std::upper_bound(names.begin(), names.end(), name);
    if (next != names.end()) {
      name = *next;
      return true;
    }
    if (!settings_.follow) return false;
    while (!watch_->takeFolderChanged()) {
      look();
      if (interrupted()) return false;
      watch_->wait(1000);
    }
  }
}

std::unique_ptr<trace::Reader> Follower::open(const std::string& name) {
  const std::string path = settings_.folder + "/" + name;
  looked_ = lastLook_ = false;
  try {
    if (!isBegunTrace(path) && (!settings_.follow || hasSuccessor(name))) {
      operations_.tell("recording_ended_early",
                       trace::quoteForTerminal(name) + " was begun and nothing written to it");
      return nullptr;
    }
    if (!settings_.follow) {
      return trace::openTrace(path, trace::Checks::kDigests, settings_.ahead);
    }
    const auto wait = [this, name](bool inside) { return more(name, inside); };
    // The chain's head goes to sinks.
    return trace::followTrace(
        path, wait,
        sinks_->wantHeartbeats() ? trace::Checks::kDigestsAndChain : trace::Checks::kDigests);
  } catch (const EnvironmentError& e) {
    if (interrupted()) return nullptr;
    operations_.tell("damaged", e.what());
    damaged_ = true;
    return nullptr;
  }
}

void Follower::readSegment(const std::string& name) {
  reader_ = nullptr;
  const std::unique_ptr<trace::Reader> reader = open(name);
  if (reader == nullptr) return;
  reader_ = reader.get();
  const trace::Header& header = reader->header();
  const bool goesOn = continues(header);
  if (!goesOn) begin(header);
  header_ = header;
  if (goesOn) engine_->continueIn(header_);
  now_ = {name, 0, false};
  anything_ = true;
  readRecords(*reader, goesOn ? header.segment.restatedRecords : 0);
  if (!interrupted()) afterSegment(*reader, name);
  reader_ = nullptr;
  giveBackMemory();
}

// What this one says again is known from the one before it.
bool Follower::continues(const trace::Header& header) const {
  return engine_ && whole_ && header.segment.number > 1 &&
         header.recordingId == header_.recordingId &&
         header.segment.number == header_.segment.number + 1;
}

void Follower::begin(const trace::Header& header) {
  const bool same = engine_ && header.recordingId == header_.recordingId;
  if (same && header.segment.number > header_.segment.number + 1) {
    operations_.tell("segments_missing",
                     numbers(header_.segment.number + 1, header.segment.number - 1) + " of " +
                         trace::toString(header.recordingId) +
                         " are not there; what they held "
                         "was not judged");
    damaged_ = true;
  } else if (engine_ && !same) {
    operations_.tell("recording_ended_early", trace::toString(header_.recordingId) +
                                                  " has no end; nothing is known from then until " +
                                                  trace::toString(header.recordingId) + " began");
  }
  if (engine_) endRecording();
  header_ = header;
  engine_ = std::make_unique<Engine>(
      *program_, header, [this](const Alert& alert) { put(alert); }, baseline_);
  const std::string id = trace::toString(header.host.bootId);
  if (settings_.follow && id == bootId_) operations_.recordingBegins(monotonicNowNs());
}

void Follower::readRecords(trace::Reader& reader, std::uint64_t restated) {
  trace::Record record;
  while (reader.next(record)) {
    now_.batch = reader.state().batches;
    if (restated > 0) {
      --restated;
    } else {
      engine_->setSilent(now_ <= written_);  // it would be thrown away
      engine_->process(record);
      if (settings_.onRecord) settings_.onRecord(record, header_);
    }
    if (now_ > written_) {
      operations_.record(record);
      if (std::holds_alternative<trace::Heartbeat>(record.body)) heartbeat_ = record;
    }
    if (reader.atBatchEnd()) {
      if (heartbeat_ && sinks_) sinks_->sendHeartbeat(*heartbeat_, header_, now_.batch, reader);
      heartbeat_.reset();
      batchDone();
      if (interrupted()) return;
    }
  }
}

void Follower::afterSegment(const trace::Reader& reader, const std::string& name) {
  const trace::ReadState& state = reader.state();
  notSeen_ += state.unknownRecords;
  whole_ = state.completeness == trace::Completeness::kComplete;
  if (!whole_) {
    const bool beingWritten =
        state.completeness != trace::Completeness::kDamaged && !hasSuccessor(name);
    damaged_ = damaged_ || !beingWritten;
    operations_.tell(
        beingWritten ? "unfinished" : "damaged",
        trace::quoteForTerminal(name) + ": " + trace::escapeForTerminal(state.problem));
    return;
  }
  const trace::End& end = *reader.end();
  if (end.undecodedEvents != 0 && now_ > written_) {
    operations_.tell("undecoded", trace::quoteForTerminal(name) + ": " +
                                      std::to_string(end.undecodedEvents) +
                                      " events had an unexpected shape and were not recorded");
  }
  notSeen_ += end.undecodedEvents;
  if (end.reason == trace::EndReason::kDiskFull) {
    ++notSeen_;
    if (now_ > written_) {
      operations_.tell("cut_short", trace::quoteForTerminal(name) + ": " + diskFullText(end));
    }
  }
  if (end.reason != trace::EndReason::kRotated) endRecording();
}

// Nothing more of it comes: what suppression holds back is said now.
void Follower::endRecording() {
  now_.closed = true;
  engine_->setSilent(now_ <= written_);
  engine_->finish();
  add(total_, engine_->summary());
  engine_.reset();
  operations_.recordingEnds();
  batchDone();
}

void Follower::put(const Alert& alert) {
  if (now_ <= written_) return;
  if (sinks_) sinks_->send(alert, header_, program_->inputsSha256());
  const std::string text = render_(alert, header_, *program_);
  // What is too much for this file begins the next one.
  if (output_.wouldFill(buffer_.size() + text.size())) flush();
  if (!text.empty() && (output_.begun() || !buffer_.empty())) buffer_ += settings_.separator;
  buffer_ += text;
  // Also in the middle of a batch, and when a recording ends: what suppression has held back is
  // thousands of alerts then.
  if (buffer_.size() >= kFlushBytes) flush();
}

}  // namespace exectrail::analyzer
