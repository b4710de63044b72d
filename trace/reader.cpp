#include "trace/reader.h"

#include <fcntl.h>

#include <cerrno>
#include <utility>

#include "trace/batch.h"
#include "trace/container/frame_reader.h"
#include "trace/errors.h"
#include "trace/escape.h"
#include "trace/file_descriptor.h"
#include "trace/index.h"
#include "trace/metadata_codec.h"
#include "trace/run_tables.h"

namespace exectrail::trace {
namespace {

constexpr const char* kWrongIndex =
    "its index is wrong: it says that something is not there, and it is; read it without "
    "(--no-index)";

class TraceReader : public Reader {
 public:
  TraceReader(std::unique_ptr<ByteSource> source, const std::string& name, Checks checks,
              Ahead ahead = Ahead::kNever)
      : frames_(std::move(source), name, checks, ahead) {
    readHeader(name);
  }

  const Header& header() const override { return header_; }
  const ReadState& state() const override { return state_; }
  const std::optional<End>& end() const override { return end_; }
  const Digest256& head() const override { return frames_.head(); }
  bool atBatchEnd() const override { return index_ == batch_.size(); }

  bool skipUnwanted(const Selection& wanted) override {
    const auto content = frames_.find(FrameKind::kIndex);
    if (!content) return false;
    try {
      lookUp_.emplace(decodeIndex(content->data(), content->size()));
    } catch (const BadMessage&) {
      return false;
    }
    wanted_.clear();
    for (const IndexedRun& run : lookUp_->runs) {
      wanted_.push_back(lookUp_->mayHold(run, wanted, header_));
    }
    return true;
  }

  bool next(Record& record) override {
    while (state_.completeness == Completeness::kReading) {
      if (index_ == batch_.size()) {
        if (!nextBatch()) return false;
        continue;
      }
      try {
        batch_.decode(index_++, record);
      } catch (const BadMessage& e) {
        return stop(Completeness::kDamaged, "record " + std::to_string(index_ - 1) + " of batch " +
                                                std::to_string(state_.batches) +
                                                " is malformed: " + e.what());
      }
      if (run_ != nullptr && !lookUp_->allows(*run_, record)) {
        return stop(Completeness::kDamaged, kWrongIndex);
      }
      if (!std::holds_alternative<std::monostate>(record.body)) return true;
      ++state_.unknownRecords;
    }
    return false;
  }

 private:
  void readHeader(const std::string& name) {
    std::string problem = "its header is missing";
    Frame frame;
    const FrameStatus status = frames_.next(frame);
    if (status == FrameStatus::kFrame && !frame.core.is(FrameKind::kHeader)) {
      problem = "its first frame is not a header";
    } else if (status == FrameStatus::kFrame) {
      try {
        header_ = decodeHeader(frame.content.data(), frame.content.size());
        state_.offset = frames_.offset();
        return;
      } catch (const BadMessage& e) {
        problem = std::string("its header is malformed: ") + e.what();
      }
    } else if (!frames_.problem().empty()) {
      problem = frames_.problem();
    }
    throw EnvironmentError(name + " cannot be read: " + problem);
  }

  // Moves to the next batch that holds records. False at the end of the trace.
  bool nextBatch() {
    if (lookUp_) skip();
    Frame frame;
    switch (frames_.next(frame)) {
      case FrameStatus::kEnd:
        return stop(Completeness::kUnfinished,
                    "it has no end: the recorder was killed or is still writing");
      case FrameStatus::kTruncated:
        return stop(Completeness::kTruncated, frames_.problem());
      case FrameStatus::kDamaged:
        return stop(Completeness::kDamaged, frames_.problem());
      case FrameStatus::kFrame:
        break;
    }
    try {
      if (frame.core.is(FrameKind::kBatch)) {
        if (lookUp_ && !wants(frame)) {
          ++state_.skippedFrames;
          return true;
        }
        if (needsFresh_ && !frame.core.fresh()) return stop(Completeness::kDamaged, kWrongIndex);
        needsFresh_ = false;
        batch_ = BatchView::open(frame.content.data(), frame.content.size(), frame.core.fresh(),
                                 tables_);
        index_ = 0;
        ++state_.batches;
      } else if (frame.core.is(FrameKind::kEnd)) {
        end_ = decodeEnd(frame.content.data(), frame.content.size());
        state_.offset = frames_.offset();
        return afterEnd();
      }
      // Seals are for verify. Frames of other kinds come from a newer minor version, which promises
      // that they can be skipped.
    } catch (const BadMessage& e) {
      return stop(Completeness::kDamaged,
                  "frame " + std::to_string(frame.core.sequence) + " is malformed: " + e.what());
    }
    state_.offset = frames_.offset();
    return true;
  }

  bool isUnwanted(const IndexedRun* run) const {
    return run != nullptr && !wanted_[static_cast<std::size_t>(run - lookUp_->runs.data())];
  }

  // Without looking at them, as far as frames are stored one by one.
  void skip() {
    std::uint64_t until = frames_.sequence();
    for (const IndexedRun* run = lookUp_->runOf(until); isUnwanted(run);
         run = lookUp_->runOf(until)) {
      until = run->lastFrame + 1;
    }
    if (until == frames_.sequence()) return;
    const std::uint64_t skipped = frames_.skipTo(until);
    needsFresh_ = needsFresh_ || skipped > 0;
    state_.skippedFrames += skipped;
  }

  // False for a batch in a pack that holds others too.
  bool wants(const Frame& frame) {
    run_ = lookUp_->runOf(frame.core.sequence);
    if (!isUnwanted(run_)) return true;
    needsFresh_ = true;
    return false;
  }

  // Only the seal over the end may follow it.
  bool afterEnd() {
    Frame frame;
    FrameStatus status = frames_.next(frame);
    if (status == FrameStatus::kFrame && frame.core.is(FrameKind::kSeal)) {
      state_.offset = frames_.offset();
      status = frames_.next(frame);
    }
    if (status == FrameStatus::kEnd) return stop(Completeness::kComplete, "");
    if (status == FrameStatus::kTruncated) return stop(Completeness::kTruncated, frames_.problem());
    return stop(Completeness::kDamaged, "bytes follow its end");
  }

  bool stop(Completeness completeness, const std::string& problem) {
    state_.completeness = completeness;
    if (!problem.empty()) {
      state_.problem = problem + " (intact up to byte " + std::to_string(state_.offset) + ")";
    }
    return false;
  }

  FrameReader frames_;
  Header header_;
  std::optional<End> end_;
  ReadState state_;
  std::optional<Index> lookUp_;
  std::vector<bool> wanted_;         // by run of the index
  const IndexedRun* run_ = nullptr;  // that the batch belongs to, null: none
  bool needsFresh_ = false;          // batches were left out
  ReadTables tables_;
  BatchView batch_;
  std::size_t index_ = 0;
};

}  // namespace

std::unique_ptr<Reader> openTrace(const std::string& path, Checks checks, Ahead ahead) {
  return std::make_unique<TraceReader>(openFile(path), quoteForTerminal(path), checks, ahead);
}

std::unique_ptr<Reader> openTraceStream(int fd, const std::string& name, Checks checks) {
  FileDescriptor copy(::fcntl(fd, F_DUPFD_CLOEXEC, 0));
  if (!copy.valid()) throwErrno(errno, "cannot read " + name);
  return std::make_unique<TraceReader>(readStream(std::move(copy), name), name, checks);
}

std::unique_ptr<Reader> followTrace(const std::string& path, More more, Checks checks) {
  return std::make_unique<TraceReader>(followFile(path, std::move(more)), quoteForTerminal(path),
                                       checks);
}

std::unique_ptr<Reader> openTraceBytes(Bytes bytes, const std::string& name, Checks checks,
                                       Ahead ahead) {
  return std::make_unique<TraceReader>(readBytes(std::as_bytes(std::span(bytes))), name, checks,
                                       ahead);
}

}  // namespace exectrail::trace
