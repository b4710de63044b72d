#include "trace/container/byte_source.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "trace/container/buffer.h"
#include "trace/errors.h"
#include "trace/escape.h"

namespace exectrail::trace {
namespace {

bool isAligned(const std::byte* at) {
  return reinterpret_cast<std::uintptr_t>(at) % alignof(std::uint64_t) == 0;
}

// Bytes in memory, handed out in place when they are aligned.
class MemorySource : public ByteSource {
 public:
  explicit MemorySource(ByteSpan bytes) : bytes_(bytes) {}

  ByteSpan take(std::size_t size) override {
    const auto taken = bytes_.subspan(offset_, std::min(size, bytes_.size() - offset_));
    offset_ += taken.size();
    if (isAligned(taken.data())) return taken;
    Buffer copy = held_.spare();
    copy.grow(taken.size(), 0);
    std::memcpy(copy.data(), taken.data(), taken.size());
    return {held_.keep(offset_, std::move(copy)), taken.size()};
  }

  void release(std::uint64_t offset) override { held_.release(offset); }
  bool atEnd() override { return offset_ == bytes_.size(); }
  std::uint64_t waiting() const override { return bytes_.size() - offset_; }

  bool seek(std::uint64_t offset) override {
    if (offset > bytes_.size()) return false;
    offset_ = static_cast<std::size_t>(offset);
    return true;
  }

 private:
  ByteSpan bytes_;
  std::size_t offset_ = 0;
  HeldBuffers held_;
};

class MappedSource : public ByteSource {
 public:
  MappedSource(FileDescriptor fd, std::size_t size, void* mapping)
      : fd_(std::move(fd)),
        size_(size),
        mapping_(static_cast<std::byte*>(mapping)),
        memory_(ByteSpan(mapping_, size)) {}
  ~MappedSource() override { ::munmap(mapping_, size_); }
  MappedSource(const MappedSource&) = delete;
  MappedSource& operator=(const MappedSource&) = delete;

  ByteSpan take(std::size_t size) override {
    const std::size_t end = std::min(size_, offset_ + size);
    if (end > checkedTo_ && !check(end)) return {};
    const ByteSpan taken = memory_.take(size);
    offset_ += taken.size();
    return taken;
  }

  void release(std::uint64_t offset) override {
    memory_.release(offset);
    giveBack(static_cast<std::size_t>(offset), kReleaseStep);
  }

  bool atEnd() override { return memory_.atEnd(); }
  std::uint64_t waiting() const override { return memory_.waiting(); }

  bool seek(std::uint64_t offset) override {
    if (!memory_.seek(offset)) return false;
    // Who walks from head to head to an index, and back, has seen pages all over the file.
    giveBack(offset_, offset < offset_ ? kPage : kReleaseStep);
    offset_ = static_cast<std::size_t>(offset);
    releasedTo_ = std::min(releasedTo_, offset_ / kPage * kPage);
    return true;
  }

 private:
  static constexpr std::size_t kPage = 4096;
  static constexpr std::size_t kCheckStep = std::size_t{1} << 20;
  static constexpr std::size_t kReleaseStep = std::size_t{4} << 20;

  // Pages that have been read count as this program's memory until they are given back; they can
  // be read again. If there are so many bytes of them.
  void giveBack(std::size_t readTo, std::size_t least) {
    const std::size_t end = readTo / kPage * kPage;
    if (end < releasedTo_ + least) return;
    ::madvise(mapping_ + releasedTo_, end - releasedTo_, MADV_DONTNEED);
    releasedTo_ = end;
  }

  // Touching pages that somebody has cut off meanwhile would be a SIGBUS.
  bool check(std::size_t end) {
    struct stat status {};
    if (::fstat(fd_.get(), &status) != 0 || static_cast<std::size_t>(status.st_size) < size_) {
      return false;
    }
    checkedTo_ = end + kCheckStep;
    return true;
  }

  FileDescriptor fd_;
  std::size_t size_;
  std::byte* mapping_;
  std::size_t offset_ = 0;
  std::size_t checkedTo_ = 0;
  std::size_t releasedTo_ = 0;
  MemorySource memory_;
};

class StreamSource : public ByteSource {
 public:
  // `more` may be null: then the end is where the bytes end.
  StreamSource(FileDescriptor fd, std::string name, More more = {})
      : fd_(std::move(fd)), name_(std::move(name)), more_(std::move(more)) {}

  ByteSpan take(std::size_t size) override {
    fill(size);
    const ByteSpan taken(chunk_.data() + begin_, std::min(size, end_ - begin_));
    begin_ += taken.size();
    offset_ += taken.size();
    return taken;
  }

  void release(std::uint64_t offset) override { held_.release(offset); }

  bool atEnd() override {
    fill(1);
    return begin_ == end_;
  }

  std::uint64_t waiting() const override { return 0; }
  bool seek(std::uint64_t) override { return false; }

 private:
  static constexpr std::size_t kChunk = std::size_t{256} << 10;

  // Reads until `size` bytes are there, in one piece, or the stream ends. Grows with what arrives,
  // not with what a frame's head claims.
  void fill(std::size_t size) {
    if (end_ - begin_ >= size) return;
    if (chunk_.capacity() - begin_ < std::max(size, kChunk / 4)) startChunk();
    while (end_ - begin_ < size) {
      // Nothing of this chunk has been handed out if it has to grow.
      if (end_ == chunk_.capacity()) chunk_.grow(end_ + kChunk, end_);
      const ssize_t got = ::read(fd_.get(), chunk_.data() + end_, chunk_.capacity() - end_);
      if (got == 0 && (!more_ || !more_(end_ > begin_))) return;
      if (got < 0 && errno != EINTR) throwErrno(errno, "cannot read " + name_);
      if (got > 0) end_ += static_cast<std::size_t>(got);
    }
  }

  // Moves what has not been handed out to a chunk of its own.
  void startChunk() {
    Buffer next = held_.spare();
    next.grow(std::max(kChunk, end_ - begin_), 0);
    if (end_ > begin_) std::memcpy(next.data(), chunk_.data() + begin_, end_ - begin_);
    held_.keep(offset_, std::move(chunk_));
    chunk_ = std::move(next);
    end_ -= begin_;
    begin_ = 0;
  }

  FileDescriptor fd_;
  std::string name_;
  More more_;
  Buffer chunk_;  // handed out up to begin_, read up to end_
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::uint64_t offset_ = 0;
  HeldBuffers held_;
};

}  // namespace

std::unique_ptr<ByteSource> openFile(const std::string& path) {
  const std::string name = quoteForTerminal(path);
  FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) throwErrno(errno, "cannot open " + name);
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) throwErrno(errno, "cannot read " + name);
  if (S_ISDIR(status.st_mode)) {
    throw EnvironmentError(name + " is a directory; name a trace file in it");
  }
  return S_ISREG(status.st_mode) ? mapFile(std::move(fd), name) : readStream(std::move(fd), name);
}

std::unique_ptr<ByteSource> mapFile(FileDescriptor fd, const std::string& name) {
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) throwErrno(errno, "cannot read " + name);
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size == 0) return readBytes({});
  void* mapping = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd.get(), 0);
  if (mapping == MAP_FAILED) throwErrno(errno, "cannot map " + name);
  ::madvise(mapping, size, MADV_SEQUENTIAL);
  return std::make_unique<MappedSource>(std::move(fd), size, mapping);
}

std::unique_ptr<ByteSource> readStream(FileDescriptor fd, const std::string& name) {
  return std::make_unique<StreamSource>(std::move(fd), name);
}

std::unique_ptr<ByteSource> followFile(const std::string& path, More more) {
  const std::string name = quoteForTerminal(path);
  FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) throwErrno(errno, "cannot open " + name);
  return std::make_unique<StreamSource>(std::move(fd), name, std::move(more));
}

std::unique_ptr<ByteSource> readBytes(ByteSpan bytes) {
  return std::make_unique<MemorySource>(bytes);
}

}  // namespace exectrail::trace
