#include "trace/writer.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "trace/errors.h"
#include "trace/frame.h"
#include "trace/metadata_codec.h"

namespace exectrail::trace {
namespace {

// A batch is sealed at this size even if nobody asks: it bounds the memory of writer and readers.
constexpr std::size_t kSealBytes = std::size_t{256} << 10;

}  // namespace

FdSink::FdSink(int fd, std::string name) : fd_(fd), name_(std::move(name)) {}

void FdSink::write(const std::byte* data, std::size_t size) {
  while (size > 0) {
    const ssize_t written = ::write(fd_, data, size);
    if (written < 0) {
      if (errno == EINTR) continue;
      if (errno == EPIPE) throw ReaderGone("the reader of " + name_ + " has gone");
      throwErrno(errno, "cannot write " + name_);
    }
    data += written;
    size -= static_cast<std::size_t>(written);
  }
}

Writer::Writer(ByteSink& sink, const Header& header) : sink_(sink) {
  const Preamble preamble = encodePreamble();
  sink_.write(preamble.data(), preamble.size());
  bytesWritten_ += preamble.size();
  writeFrame(FrameKind::kHeader, encodeHeader(header));
}

void Writer::add(const Record& record) {
  batch_.add(record);
  if (batch_.approximateBytes() >= kSealBytes) flush();
}

void Writer::flush() {
  if (!batch_.empty()) writeFrame(FrameKind::kBatch, batch_.seal());
}

void Writer::finish(const End& end) {
  flush();
  writeFrame(FrameKind::kEnd, encodeEnd(end));
}

void Writer::writeFrame(FrameKind kind, const std::vector<std::byte>& payload) {
  // One write per frame: after a crash, a torn frame is the exception.
  const FrameHeaderBytes header = encodeFrameHeader(kind, sequence_++, payload);
  std::vector<std::byte> frame(header.size() + paddedSize(payload.size()));
  std::copy(header.begin(), header.end(), frame.begin());
  std::copy(payload.begin(), payload.end(), frame.begin() + kFrameHeaderSize);
  sink_.write(frame.data(), frame.size());
  bytesWritten_ += frame.size();
}

}  // namespace exectrail::trace
