#include "trace/frame_source.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "trace/errors.h"

namespace exectrail::trace {
namespace {

// Bytes in memory. Payloads are handed out in place when the memory is aligned for Cap'n Proto.
class MemorySource : public FrameSource {
 public:
  explicit MemorySource(std::span<const std::byte> bytes) : bytes_(bytes) {}

  std::span<const std::byte> take(std::size_t size) override {
    const auto taken = bytes_.subspan(offset_, std::min(size, bytes_.size() - offset_));
    offset_ += taken.size();
    if (reinterpret_cast<std::uintptr_t>(taken.data()) % alignof(std::uint64_t) == 0) return taken;
    aligned_.assign(taken.begin(), taken.end());
    return aligned_;
  }

  bool atEnd() override { return offset_ == bytes_.size(); }

 private:
  std::span<const std::byte> bytes_;
  std::size_t offset_ = 0;
  std::vector<std::byte> aligned_;
};

class MappedSource : public FrameSource {
 public:
  MappedSource(FileDescriptor fd, std::size_t size, void* mapping)
      : fd_(std::move(fd)),
        size_(size),
        mapping_(mapping),
        memory_(std::span(static_cast<const std::byte*>(mapping), size)) {}
  ~MappedSource() override { ::munmap(mapping_, size_); }
  MappedSource(const MappedSource&) = delete;
  MappedSource& operator=(const MappedSource&) = delete;

  std::span<const std::byte> take(std::size_t size) override {
    // Touching pages that somebody has cut off meanwhile would be a SIGBUS.
    struct stat status {};
    if (::fstat(fd_.get(), &status) != 0 || static_cast<std::size_t>(status.st_size) < size_)
      return {};
    return memory_.take(size);
  }

  bool atEnd() override { return memory_.atEnd(); }

 private:
  FileDescriptor fd_;
  std::size_t size_;
  void* mapping_;
  MemorySource memory_;
};

class StreamSource : public FrameSource {
 public:
  StreamSource(FileDescriptor fd, std::string name) : fd_(std::move(fd)), name_(std::move(name)) {}

  std::span<const std::byte> take(std::size_t size) override {
    fill(size);
    const std::size_t taken = std::min(size, held_);
    out_.assign(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(taken));
    std::memmove(buffer_.data(), buffer_.data() + taken, held_ - taken);
    held_ -= taken;
    return out_;
  }

  bool atEnd() override {
    fill(1);
    return held_ == 0;
  }

 private:
  static constexpr std::size_t kStep = std::size_t{256} << 10;

  // Reads until `size` bytes are held or the stream ends. Grows with what arrives, not with what a
  // frame header claims.
  void fill(std::size_t size) {
    while (held_ < size) {
      const std::size_t wanted = std::min(size - held_, kStep);
      if (buffer_.size() < held_ + wanted) buffer_.resize(held_ + wanted);
      const ssize_t got = ::read(fd_.get(), buffer_.data() + held_, wanted);
      if (got < 0) {
        if (errno == EINTR) continue;
        throwErrno(errno, "cannot read " + name_);
      }
      if (got == 0) return;
      held_ += static_cast<std::size_t>(got);
    }
  }

  FileDescriptor fd_;
  std::string name_;
  std::vector<std::byte> buffer_;
  std::size_t held_ = 0;
  std::vector<std::byte> out_;
};

}  // namespace

std::unique_ptr<FrameSource> mapFile(FileDescriptor fd, const std::string& name) {
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) throwErrno(errno, "cannot read " + name);
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size == 0) return readBytes({});
  void* mapping = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd.get(), 0);
  if (mapping == MAP_FAILED) throwErrno(errno, "cannot map " + name);
  return std::make_unique<MappedSource>(std::move(fd), size, mapping);
}

std::unique_ptr<FrameSource> readStream(FileDescriptor fd, const std::string& name) {
  return std::make_unique<StreamSource>(std::move(fd), name);
}

std::unique_ptr<FrameSource> readBytes(Bytes bytes) {
  return std::make_unique<MemorySource>(std::as_bytes(std::span(bytes)));
}

FrameStatus readFrame(FrameSource& source, std::uint32_t expectedSequence, FrameHeader& header,
                      std::span<const std::byte>& payload, std::string& problem) {
  if (source.atEnd()) return FrameStatus::kEnd;
  const auto head = source.take(kFrameHeaderSize);
  if (head.size() < kFrameHeaderSize) {
    problem = "it stops inside the head of frame " + std::to_string(expectedSequence);
    return FrameStatus::kTruncated;
  }
  if (!decodeFrameHeader(head.first<kFrameHeaderSize>(), header)) {
    problem = "frame " + std::to_string(expectedSequence) + " has a head that is not intact";
    return FrameStatus::kDamaged;
  }
  const std::string frame = "frame " + std::to_string(header.sequence);
  if (header.sequence != expectedSequence) {
    problem = frame + " stands where frame " + std::to_string(expectedSequence) + " belongs";
    return FrameStatus::kDamaged;
  }
  if (header.payloadSize > kMaxPayloadSize) {
    problem = frame + " claims " + std::to_string(header.payloadSize) + " bytes, the limit is " +
              std::to_string(kMaxPayloadSize);
    return FrameStatus::kDamaged;
  }
  const auto padded = source.take(paddedSize(header.payloadSize));
  if (padded.size() < paddedSize(header.payloadSize)) {
    problem = "it stops inside " + frame + ", after " + std::to_string(padded.size()) + " of " +
              std::to_string(header.payloadSize) + " bytes";
    return FrameStatus::kTruncated;
  }
  payload = padded.first(header.payloadSize);
  if (digest(payload) != header.payloadDigest) {
    problem = frame + " does not match its checksum";
    return FrameStatus::kDamaged;
  }
  return FrameStatus::kFrame;
}

}  // namespace exectrail::trace
