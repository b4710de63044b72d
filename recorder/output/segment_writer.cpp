#include "recorder/output/segment_writer.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>
#include <vector>

#include "recorder/output/batch_sealer.h"
#include "trace/errors.h"
#include "trace/escape.h"

namespace exectrail::recorder {
namespace {

struct Collect : BatchSink {
  void put(SealedBatch&& batch) override { batches.push_back(std::move(batch)); }
  void finish(const trace::End&) override {}
  std::vector<SealedBatch> batches;
};

void addTo(BatchCounts& sum, const BatchCounts& counts) {
  sum.records += counts.records;
  sum.execs += counts.execs;
  sum.attempts += counts.attempts;
  sum.attemptsNotKept += counts.attemptsNotKept;
  sum.forks += counts.forks;
  sum.exits += counts.exits;
  sum.gaps += counts.gaps;
  sum.lostEvents += counts.lostEvents;
}

}  // namespace

SegmentWriter::SegmentWriter(SegmentFolder& folder, Housekeeper& housekeeper,
                             const RotateSettings& rotate, const trace::Header& header,
                             const trace::WriterSettings& settings, ReadClocks readClocks)
    : folder_(folder),
      housekeeper_(housekeeper),
      rotate_(rotate),
      header_(header),
      settings_(settings),
      readClocks_(std::move(readClocks)),
      lastNs_(header.clock.monotonicNs) {
  folder_.beginRecording(header.clock.realtimeNs);
  header_.segment.number = 1;
  const std::string name = folder_.nameOf(header_.recordingId, 1);
  housekeeper_.writing(name);  // from here on it can make room
  begin(makeFile(name), name);
}

// Only between runs of batches, which can be read together only.
bool SegmentWriter::due(const SealedBatch& batch) const {
  if (!batch.fresh || !current_->grown) return false;
  // What is restated does not count: where it is large, every batch would get a segment.
  const std::uint64_t own = current_->writer.bytesWritten() - current_->restatedBytes;
  return own >= rotate_.bytes || batch.firstNs >= header_.clock.monotonicNs + rotate_.ns;
}

void SegmentWriter::add(const SealedBatch& batch) {
  if (due(batch)) rotate();
  write(batch);
  current_->grown = true;
  state_.apply(batch);
  lastNs_ = std::max(lastNs_, batch.lastNs);
}

// Where the disk is full, what was recorded last is worth more than what was recorded first.
void SegmentWriter::write(const SealedBatch& batch) {
  addTo(current_->counts, batch.counts);
  try {
    current_->writer.addBatch(*batch.content, batch.counts.records, batch.fresh);
    return;
  } catch (const trace::DiskFull&) {
    if (!housekeeper_.makeRoom()) throw;
  }
  while (true) {
    try {
      current_->writer.flush();  // it has kept the batch
      return;
    } catch (const trace::DiskFull&) {
      if (!housekeeper_.makeRoom()) throw;
    }
  }
}

FileDescriptor SegmentWriter::makeFile(const std::string& name) {
  while (true) {
    try {
      return folder_.make(name);
    } catch (const EnvironmentError&) {
      if (errno != ENOSPC || !housekeeper_.makeRoom()) throw;
    }
  }
}

// Nothing, and the current segment goes on, if there cannot be another one now.
FileDescriptor SegmentWriter::makeNext(const std::string& name) {
  try {
    FileDescriptor file = makeFile(name);
    told_ = false;
    return file;
  } catch (const EnvironmentError& e) {
    if (!std::exchange(told_, true)) {
      housekeeper_.say(std::string(e.what()) + "; the segment before goes on");
    }
    return {};
  }
}

void SegmentWriter::finishCurrent() {
  closed_ = true;
  try {
    current_->writer.finish(endOf(*current_));
  } catch (const trace::DiskFull&) {
    // It has an end all the same, which says so.
    if (!housekeeper_.makeRoom()) throw;
  }
}

void SegmentWriter::begin(FileDescriptor file, const std::string& name) {
  const std::string shown = trace::quoteForTerminal(folder_.pathOf(name));
  while (true) {
    try {
      auto next = std::make_unique<Segment>(file.get(), name, shown, header_, settings_);
      next->file = std::move(file);
      current_ = std::move(next);
      closed_ = false;
      return;
    } catch (const trace::DiskFull&) {
      // What there is of a header is no segment, nor the beginning of one.
      const bool again = housekeeper_.makeRoom() && ::ftruncate(file.get(), 0) == 0 &&
                         ::lseek(file.get(), 0, SEEK_SET) == 0;
      if (again) continue;
      folder_.remove(name);
      throw;
    }
  }
}

void SegmentWriter::rotate() {
  const std::string name = folder_.nameOf(header_.recordingId, header_.segment.number + 1);
  FileDescriptor file = makeNext(name);
  if (!file.valid()) return;
  const std::string finished = current_->name;
  finishCurrent();
  const trace::Digest256 head = current_->writer.head();
  bytesBefore_ += current_->writer.bytesWritten();

  Collect restated;
  BatchSealer sealer(restated);
  state_.emit(lastNs_, [&](const trace::Record& record) { sealer.add(record); });
  sealer.flush();
  std::uint64_t records = 0;
  for (const SealedBatch& batch : restated.batches) records += batch.counts.records;
  header_ = nextHeader(records, head);
  begin(std::move(file), name);
  housekeeper_.rotated(finished, name);
  for (const SealedBatch& batch : restated.batches) write(batch);
  current_->restatedBytes = current_->writer.bytesWritten();
}

// Its clock is read anew, because the wall clock may have been set; it names the same moment on all
// clocks, the one that what is restated has.
trace::Header SegmentWriter::nextHeader(std::uint64_t restated,
                                        const trace::Digest256& previousHead) {
  trace::Header header = header_;
  const trace::ClockReading now = readClocks_();
  const std::uint64_t backNs = now.monotonicNs - std::min(now.monotonicNs, lastNs_);
  header.clock = {now.monotonicNs - backNs, now.realtimeNs - backNs,
                  now.boottimeNs - std::min(now.boottimeNs, backNs)};
  header.segment.number = header_.segment.number + 1;
  header.segment.restatedRecords = restated;
  header.segment.previousHead = previousHead;
  if (state_.forgotten() > 0) {
    const std::string note = "segments: no room for " + std::to_string(state_.forgotten()) +
                             " images or mounts of before";
    std::vector<std::string>& notes = header.capture.sourceNotes;
    if (!notes.empty() && notes.back().starts_with("segments: ")) notes.pop_back();
    notes.push_back(note);
  }
  return header;
}

trace::End SegmentWriter::endOf(const Segment& segment) const {
  trace::End end;
  end.timeNs = lastNs_;
  end.execs = segment.counts.execs;
  end.attempts = segment.counts.attempts;
  end.attemptsNotKept = segment.counts.attemptsNotKept;
  end.forks = segment.counts.forks;
  end.exits = segment.counts.exits;
  end.gaps = segment.counts.gaps;
  end.lostEvents = segment.counts.lostEvents;
  end.reason = trace::EndReason::kRotated;
  return end;
}

// The last segment counts what is in it, as the others; what is counted nowhere else, such as
// events that could not be decoded, it says for the whole recording.
void SegmentWriter::finish(const trace::End& end) {
  trace::End last = endOf(*current_);
  last.timeNs = end.timeNs;
  last.reason = end.reason;
  last.lateEvents = end.lateEvents;
  last.undecodedEvents = end.undecodedEvents;
  last.mappingsNotKept = end.mappingsNotKept;
  last.unwrittenRecords = end.unwrittenRecords;
  if (!std::exchange(closed_, true)) current_->writer.finish(last);
  housekeeper_.close(current_->name);
}

std::uint64_t SegmentWriter::bytesWritten() const {
  return bytesBefore_ + current_->writer.bytesWritten();
}

}  // namespace exectrail::recorder
