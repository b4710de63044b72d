#include "recorder/output/flight_recorder.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "recorder/output/batch_sealer.h"
#include "trace/readable.h"

namespace exectrail::recorder {
namespace {

// Of a batch beside its content, about.
constexpr std::size_t kBatchBytes = 128;

struct Collect : BatchSink {
  void put(SealedBatch&& batch) override { batches.push_back(std::move(batch)); }
  void finish(const trace::End&) override {}
  std::vector<SealedBatch> batches;
};

void addTo(trace::End& end, const BatchCounts& counts) {
  end.execs += counts.execs;
  end.attempts += counts.attempts;
  end.attemptsNotKept += counts.attemptsNotKept;
  end.forks += counts.forks;
  end.exits += counts.exits;
  end.gaps += counts.gaps;
  end.lostEvents += counts.lostEvents;
}

std::string seconds(std::uint64_t ns) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f s", static_cast<double>(ns) / 1e9);
  return text;
}

}  // namespace

FlightRecorder::FlightRecorder(const FlightSettings& settings, trace::Header header)
    : settings_(settings), header_(std::move(header)), sinceNs_(header_.clock.monotonicNs) {}

void FlightRecorder::add(SealedBatch&& batch) {
  if (batch.fresh || runs_.empty()) runs_.emplace_back();
  Run& run = runs_.back();
  const std::size_t size = batch.content->size() + kBatchBytes;
  run.bytes += size;
  runBytes_ += size;
  run.lastNs = std::max(run.lastNs, batch.lastNs);
  run.batches.push_back(std::move(batch));
  forget(run.lastNs);
}

void FlightRecorder::forget(std::uint64_t nowNs) {
  while (runs_.size() > 1 && runs_.front().lastNs + settings_.windowNs < nowNs) {
    outOfMemory_ = false;
    forgetOldest();
  }
  while (runs_.size() > 1 && bytes() > settings_.memoryBytes) {
    outOfMemory_ = true;
    forgetOldest();
  }
}

void FlightRecorder::forgetOldest() {
  const Run& oldest = runs_.front();
  for (const SealedBatch& batch : oldest.batches) state_.apply(batch);
  sinceNs_ = std::max(sinceNs_, oldest.lastNs);
  runBytes_ -= oldest.bytes;
  runs_.pop_front();
}

FlightWindow FlightRecorder::take(const trace::ClockReading& now, trace::EndReason reason,
                                  const trace::End& soFar) {
  forget(now.monotonicNs);
  FlightWindow window;
  window.heldNs = now.monotonicNs - std::min(now.monotonicNs, sinceNs_);
  window.shortened = outOfMemory_ && window.heldNs < settings_.windowNs;
  window.header = header_;
  // The same moment on all clocks, so far back.
  window.header.clock = {now.monotonicNs - window.heldNs, now.realtimeNs - window.heldNs,
                         now.boottimeNs - std::min(now.boottimeNs, window.heldNs)};
  std::vector<std::string>& notes = window.header.capture.sourceNotes;
  notes.push_back("flight recorder: the last " + seconds(window.heldNs) + " of " +
                  seconds(settings_.windowNs) + " asked for" +
                  (window.shortened ? "; more did not fit into its " +
                                          trace::readableSize(settings_.memoryBytes) + " of memory"
                                    : ""));
  if (state_.forgotten() > 0) {
    notes.push_back("flight recorder: no room for " + std::to_string(state_.forgotten()) +
                    " images or mounts of before");
  }
  Collect collected;
  BatchSealer sealer(collected);
  state_.emit(window.header.clock.monotonicNs,
              [&](const trace::Record& record) { sealer.add(record); });
  sealer.flush();
  window.batches = std::move(collected.batches);
  for (const Run& run : runs_) {
    window.batches.insert(window.batches.end(), run.batches.begin(), run.batches.end());
  }
  window.end.timeNs = now.monotonicNs;
  window.end.reason = reason;
  window.end.lateEvents = soFar.lateEvents;
  window.end.undecodedEvents = soFar.undecodedEvents;
  for (const SealedBatch& batch : window.batches) addTo(window.end, batch.counts);
  return window;
}

}  // namespace exectrail::recorder
