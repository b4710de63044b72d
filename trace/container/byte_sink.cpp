#include "trace/container/byte_sink.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace exectrail::trace {
namespace {

constexpr std::uint64_t kSetAsideStep = std::uint64_t{1} << 20;
// Enough for the last frames of a trace, which say how it ended.
constexpr std::uint64_t kForTheEnd = std::uint64_t{16} << 10;

bool isFull(int errorNumber) {
  return errorNumber == ENOSPC || errorNumber == EDQUOT || errorNumber == EFBIG;
}

}  // namespace

FdSink::FdSink(int fd, std::string name) : fd_(fd), name_(std::move(name)) {
  struct stat status {};
  if (::fstat(fd_, &status) != 0 || !S_ISREG(status.st_mode)) return;
  const off_t at = ::lseek(fd_, 0, SEEK_CUR);
  regular_ = at >= 0 && at == status.st_size;
  size_ = regular_ ? static_cast<std::uint64_t>(at) : 0;
}

FdSink::~FdSink() {
  // Gives back what was set aside and not used; the size stays what it is.
  if (setAside_ > size_ && ::ftruncate(fd_, static_cast<off_t>(size_)) != 0) return;
}

void FdSink::setAside(std::size_t size) {
  const std::uint64_t needed = size_ + size + (closing_ ? 0 : kForTheEnd);
  if (needed <= setAside_) return;
  for (const std::uint64_t end : {needed + kSetAsideStep, needed}) {
    if (::fallocate(fd_, FALLOC_FL_KEEP_SIZE, static_cast<off_t>(size_),
                    static_cast<off_t>(end - size_)) == 0) {
      setAside_ = end;
      return;
    }
    if (!isFull(errno)) return;  // this file system cannot; then the writes will say
  }
  fail(errno);
}

void FdSink::write(const std::byte* data, std::size_t size) {
  if (regular_) setAside(size);
  std::size_t done = 0;
  while (done < size) {
    const ssize_t written = ::write(fd_, data + done, size - done);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      const int errorNumber = written < 0 ? errno : EIO;
      if (regular_ && done > 0 && ::ftruncate(fd_, static_cast<off_t>(size_)) == 0) {
        ::lseek(fd_, static_cast<off_t>(size_), SEEK_SET);
        setAside_ = 0;
      }
      fail(errorNumber);
    }
    done += static_cast<std::size_t>(written);
  }
  size_ += size;
}

void FdSink::sync() {
  // Pipes and devices cannot be synced and need not be.
  if (::fdatasync(fd_) != 0 && errno != EINVAL && errno != EROFS) {
    throwErrno(errno, "cannot bring " + name_ + " to disk");
  }
}

void FdSink::fail(int errorNumber) {
  if (errorNumber == EPIPE) throw ReaderGone("the reader of " + name_ + " has gone");
  const std::string what = "cannot write " + name_;
  if (isFull(errorNumber)) throw DiskFull(what + ": " + std::strerror(errorNumber));
  throwErrno(errorNumber, what);
}

}  // namespace exectrail::trace
