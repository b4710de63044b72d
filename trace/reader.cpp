#include "trace/reader.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "trace/batch.h"
#include "trace/errors.h"
#include "trace/escape.h"
#include "trace/file_descriptor.h"
#include "trace/frame_source.h"
#include "trace/metadata_codec.h"

namespace exectrail::trace {
namespace {

std::string describeForeign(std::span<const std::byte> bytes) {
  if (bytes.empty()) return "it is empty";
  std::string shown = "it begins with ";
  constexpr char kHexDigits[] = "0123456789abcdef";
  for (const std::byte byte : bytes.first(std::min<std::size_t>(bytes.size(), 8))) {
    const auto value = std::to_integer<unsigned>(byte);
    shown += kHexDigits[value >> 4];
    shown += kHexDigits[value & 0xf];
    shown += ' ';
  }
  shown.pop_back();
  if (bytes.size() >= 4 && std::memcmp(bytes.data(), "\177ELF", 4) == 0) shown += " (an ELF file)";
  return shown;
}

class TraceReader : public Reader {
 public:
  TraceReader(std::unique_ptr<FrameSource> source, const std::string& name)
      : source_(std::move(source)) {
    const auto preamble = source_->take(kPreambleSize);
    std::uint16_t major = 0;
    const PreambleCheck check = preamble.size() < kPreambleSize
                                    ? PreambleCheck::kForeign
                                    : checkPreamble(preamble.first<kPreambleSize>(), major);
    if (check == PreambleCheck::kForeign) {
      throw EnvironmentError(name + " is not an Exectrail trace: " + describeForeign(preamble) +
                             "; record one with: exectrail record -o FILE.trail");
    }
    if (check == PreambleCheck::kOtherLayout) {
      throw EnvironmentError(name + " has trace layout " + std::to_string(major) +
                             ", this program reads layout " + std::to_string(kLayoutMajor) +
                             "; read it with the version that wrote it");
    }
    state_.offset = kPreambleSize;
    readHeader(name);
  }

  const Header& header() const override { return header_; }
  const ReadState& state() const override { return state_; }
  const std::optional<End>& end() const override { return end_; }
  bool atBatchEnd() const override { return index_ == batch_.size(); }

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
      if (!std::holds_alternative<std::monostate>(record.body)) return true;
      ++state_.unknownRecords;
    }
    return false;
  }

 private:
  void readHeader(const std::string& name) {
    FrameHeader head;
    std::span<const std::byte> payload;
    std::string problem = "its header is missing";
    const FrameStatus status = readFrame(*source_, sequence_, head, payload, problem);
    if (status == FrameStatus::kFrame &&
        head.kind != static_cast<std::uint8_t>(FrameKind::kHeader)) {
      problem = "its first frame is not a header";
    } else if (status == FrameStatus::kFrame) {
      try {
        header_ = decodeHeader(payload.data(), payload.size());
        frameDone(head);
        return;
      } catch (const BadMessage& e) {
        problem = std::string("its header is malformed: ") + e.what();
      }
    }
    throw EnvironmentError(name + " cannot be read: " + problem);
  }

  // Moves to the next batch that holds records. False at the end of the trace.
  bool nextBatch() {
    FrameHeader head;
    std::span<const std::byte> payload;
    std::string problem;
    switch (readFrame(*source_, sequence_, head, payload, problem)) {
      case FrameStatus::kEnd:
        return stop(Completeness::kUnfinished,
                    "it has no end: the recorder was killed or is still writing");
      case FrameStatus::kTruncated:
        return stop(Completeness::kTruncated, problem);
      case FrameStatus::kDamaged:
        return stop(Completeness::kDamaged, problem);
      case FrameStatus::kFrame:
        break;
    }
    if (head.codec != static_cast<std::uint8_t>(Codec::kNone)) {
      return stop(Completeness::kDamaged, "frame " + std::to_string(head.sequence) +
                                              " uses codec " + std::to_string(head.codec) +
                                              ", which this version does not know");
    }
    try {
      if (head.kind == static_cast<std::uint8_t>(FrameKind::kBatch)) {
        batch_ = BatchView::open(payload.data(), payload.size());
        index_ = 0;
        ++state_.batches;
      } else if (head.kind == static_cast<std::uint8_t>(FrameKind::kEnd)) {
        end_ = decodeEnd(payload.data(), payload.size());
        frameDone(head);
        if (!source_->atEnd()) return stop(Completeness::kDamaged, "bytes follow its end");
        return stop(Completeness::kComplete, "");
      }
      // Frames of other kinds come from a newer minor version, which promises that they can be
      // skipped.
    } catch (const BadMessage& e) {
      return stop(Completeness::kDamaged,
                  "frame " + std::to_string(head.sequence) + " is malformed: " + e.what());
    }
    frameDone(head);
    return true;
  }

  void frameDone(const FrameHeader& head) {
    ++sequence_;
    state_.offset += kFrameHeaderSize + paddedSize(head.payloadSize);
  }

  bool stop(Completeness completeness, const std::string& problem) {
    state_.completeness = completeness;
    if (!problem.empty()) {
      state_.problem = problem + " (intact up to byte " + std::to_string(state_.offset) + ")";
    }
    return false;
  }

  std::unique_ptr<FrameSource> source_;
  Header header_;
  std::optional<End> end_;
  ReadState state_;
  std::uint32_t sequence_ = 0;
  BatchView batch_;
  std::size_t index_ = 0;
};

}  // namespace

std::unique_ptr<Reader> openTrace(const std::string& path) {
  const std::string name = quoteForTerminal(path);
  FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) throwErrno(errno, "cannot open " + name);
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) throwErrno(errno, "cannot read " + name);
  if (S_ISDIR(status.st_mode)) {
    throw EnvironmentError(name + " is a directory; name a trace file in it");
  }
  if (S_ISREG(status.st_mode)) {
    return std::make_unique<TraceReader>(mapFile(std::move(fd), name), name);
  }
  return std::make_unique<TraceReader>(readStream(std::move(fd), name), name);
}

std::unique_ptr<Reader> openTraceStream(int fd, const std::string& name) {
  FileDescriptor copy(::fcntl(fd, F_DUPFD_CLOEXEC, 0));
  if (!copy.valid()) throwErrno(errno, "cannot read " + name);
  return std::make_unique<TraceReader>(readStream(std::move(copy), name), name);
}

std::unique_ptr<Reader> openTraceBytes(Bytes bytes, const std::string& name) {
  return std::make_unique<TraceReader>(readBytes(bytes), name);
}

}  // namespace exectrail::trace
