#include "analyzer/sinks/socket_sink.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "analyzer/sinks/journal.h"
#include "trace/escape.h"
#include "trace/readable.h"

namespace exectrail::analyzer {
namespace {

constexpr std::uint64_t kAgainNs = 1'000'000'000;

// Facility 10, security and authorization; severities as in RFC 5424, table 2.
int priority(Severity severity) {
  constexpr int kFacility = 10;
  constexpr int kLevels[] = {6, 5, 4, 3, 2};  // info, notice, warning, error, critical
  return kFacility * 8 + kLevels[static_cast<std::size_t>(severity)];
}

// A host's name as the RFC wants it: printable, without spaces.
std::string plain(const std::string& host) {
  std::string text;
  for (const char c : host.substr(0, 255)) {
    if (c > ' ' && c < '\x7f') text += c;
  }
  return text.empty() ? "-" : text;
}

}  // namespace

SinkState SocketSink::state() const {
  SinkState state;
  state.waiting = queue_.size();
  state.sent = sent_;
  state.dropped = dropped_;
  state.failing = failing_;
  state.failures = failures_;
  if (error_ != 0) state.why = std::strerror(error_);
  return state;
}

void SocketSink::put(std::string line, Severity severity, std::int64_t realtimeNs,
                     const std::string& host) {
  if (spec().kind == SinkSpec::Kind::kSyslog) {
    // Microseconds: the RFC allows six digits.
    const std::string time = trace::rfc3339(realtimeNs).substr(0, 26) + "Z";
    line = "<" + std::to_string(priority(severity)) + ">1 " + time + " " + plain(host) +
           " exectrail - alert - " + line;
  } else if (spec().kind == SinkSpec::Kind::kUnix) {
    line += '\n';
  }
  if (queue_.size() >= kMostMessages || bytes_ + line.size() > kMostBytes) {
    ++dropped_;
    return;
  }
  bytes_ += line.size();
  queue_.push_back(std::move(line));
}

// A datagram socket, as /dev/log is, or a stream; then lines end with a newline.
bool SocketSink::connect() {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, spec().path.data(), spec().path.size());
  for (const int type : {SOCK_DGRAM, SOCK_STREAM}) {
    FileDescriptor fd(::socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (fd.valid() &&
        ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
      stream_ = type == SOCK_STREAM;
      fd_ = std::move(fd);
      offset_ = 0;  // a new receiver gets a line from its beginning
      return true;
    }
    if (errno != EPROTOTYPE) return false;
  }
  return false;
}

void SocketSink::pump(std::uint64_t nowNs) {
  if (queue_.empty() || nowNs < againNs_) return;
  if (!fd_.valid() && !connect()) return failed(errno, nowNs);
  while (!queue_.empty()) {
    const int error = sendFirst();
    if (error == EAGAIN || error == ENOBUFS) return;
    if (error == EMSGSIZE) {
      ++dropped_;  // no receiver will ever take it
    } else if (error != 0) {
      return failed(error, nowNs);
    } else {
      ++sent_;
      failing_ = false;
    }
    bytes_ -= std::min(bytes_, queue_.front().size());
    queue_.pop_front();
    offset_ = 0;
  }
}

void SocketSink::failed(int error, std::uint64_t nowNs) {
  fd_.reset();
  if (!failing_) ++failures_;
  failing_ = true;
  error_ = error;
  againNs_ = nowNs + kAgainNs;
}

int SocketSink::sendFirst() {
  std::string& line = queue_.front();
  if (spec().kind == SinkSpec::Kind::kJournal) return sendToJournal(fd_.get(), line);
  if (stream_ && line.back() != '\n') line += '\n';
  const ssize_t sent =
      ::send(fd_.get(), line.data() + offset_, line.size() - offset_, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent < 0) return errno;
  offset_ += static_cast<std::size_t>(sent);
  return offset_ < line.size() ? EAGAIN : 0;
}

}  // namespace exectrail::analyzer
