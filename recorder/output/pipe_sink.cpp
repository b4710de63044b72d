#include "recorder/output/pipe_sink.h"

#include <limits.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "trace/errors.h"

namespace exectrail::recorder {

PipeSink::PipeSink(int fd, int stopFd, std::string name)
    : fd_(fd), stopFd_(stopFd), name_(std::move(name)) {
  struct stat status {};
  socket_ = ::fstat(fd_, &status) == 0 && S_ISSOCK(status.st_mode);
}

// O_NONBLOCK would be seen by all who share the open file, the shell's other programs among them.
// Instead: a pipe that poll(2) calls writable takes PIPE_BUF bytes without blocking (pipe(7)), and
// sockets have a flag for each call.
void PipeSink::write(const std::byte* data, std::size_t size) {
  while (size > 0) {
    waitUntilWritable();
    const ssize_t written = socket_ ? ::send(fd_, data, size, MSG_DONTWAIT | MSG_NOSIGNAL)
                                    : ::write(fd_, data, std::min<std::size_t>(size, PIPE_BUF));
    if (written < 0) {
      if (errno == EINTR || errno == EAGAIN) continue;
      if (errno == EPIPE) throw trace::ReaderGone("the reader of " + name_ + " has gone");
      throwErrno(errno, "cannot write " + name_);
    }
    data += written;
    size -= static_cast<std::size_t>(written);
  }
}

void PipeSink::waitUntilWritable() {
  pollfd polled[] = {{stopFd_, POLLIN, 0}, {fd_, POLLOUT, 0}};
  while (::poll(polled, 2, -1) < 0) {
    if (errno != EINTR) throwErrno(errno, "cannot wait for the reader of " + name_);
  }
  if (polled[0].revents != 0) {
    throw EnvironmentError("the reader of " + name_ + " takes nothing, and was not waited for");
  }
}

}  // namespace exectrail::recorder
