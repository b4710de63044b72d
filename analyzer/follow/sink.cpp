#include "analyzer/follow/sink.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "analyzer/follow/journal.h"
#include "trace/escape.h"
#include "trace/readable.h"

namespace exectrail::analyzer {
namespace {

// What waits for a receiver that is away.
constexpr std::size_t kMostMessages = 4096;
constexpr std::size_t kMostBytes = std::size_t{16} << 20;
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

SinkSpec parseSink(const std::string& text) {
  SinkSpec spec;
  const std::size_t colon = text.find(':');
  const std::string kind = text.substr(0, colon);
  const bool journal = kind == "journal";
  if (colon == std::string::npos || (kind != "syslog" && kind != "unix" && !journal)) {
    throw std::invalid_argument(trace::quoteForTerminal(text) +
                                " is not a sink; for example syslog:/dev/log,min=high or journal: "
                                "or unix:/run/siem.sock");
  }
  spec.kind = journal            ? SinkSpec::Kind::kJournal
              : kind == "syslog" ? SinkSpec::Kind::kSyslog
                                 : SinkSpec::Kind::kUnix;
  std::size_t begin = colon + 1;
  std::size_t comma = text.find(',', begin);
  spec.path = text.substr(begin, comma - begin);
  if (journal && spec.path.empty()) spec.path = kJournalSocket;
  if (spec.path.empty() || spec.path.size() >= sizeof(sockaddr_un{}.sun_path)) {
    throw std::invalid_argument("a sink needs the path of a socket, of at most 107 bytes");
  }
  while (comma != std::string::npos) {
    begin = comma + 1;
    comma = text.find(',', begin);
    const std::string part = text.substr(begin, comma - begin);
    if (part == "redact=no" || part == "redact=yes") {
      spec.redact = part == "redact=yes";
    } else if (part == "heartbeat=no" || part == "heartbeat=yes") {
      spec.heartbeat = part == "heartbeat=yes";
    } else if (const auto severity =
                   part.starts_with("min=") ? severityByName(part.substr(4)) : std::nullopt) {
      spec.least = *severity;
    } else {
      throw std::invalid_argument(trace::quoteForTerminal(part) +
                                  " is none of min=SEVERITY, redact=yes|no, heartbeat=yes|no");
    }
  }
  return spec;
}

void Sink::add(std::string line, Severity severity, std::int64_t realtimeNs,
               const std::string& host) {
  if (severity >= spec_.least) put(std::move(line), severity, realtimeNs, host);
}

void Sink::addHeartbeat(std::string line, std::int64_t realtimeNs, const std::string& host) {
  if (spec_.heartbeat) put(std::move(line), Severity::kInfo, realtimeNs, host);
}

void Sink::put(std::string line, Severity severity, std::int64_t realtimeNs,
               const std::string& host) {
  if (spec_.kind == SinkSpec::Kind::kSyslog) {
    // Microseconds: the RFC allows six digits.
    const std::string time = trace::rfc3339(realtimeNs).substr(0, 26) + "Z";
    line = "<" + std::to_string(priority(severity)) + ">1 " + time + " " + plain(host) +
           " exectrail - alert - " + line;
  } else if (spec_.kind == SinkSpec::Kind::kUnix) {
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
bool Sink::connect() {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, spec_.path.data(), spec_.path.size());
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

void Sink::pump(std::uint64_t nowNs) {
  if (queue_.empty() || nowNs < againNs_) return;
  if (!fd_.valid() && !connect()) {
    againNs_ = nowNs + kAgainNs;
    return;
  }
  while (!queue_.empty()) {
    const int error = sendFirst();
    if (error == EAGAIN || error == ENOBUFS) return;
    if (error == EMSGSIZE) {
      ++dropped_;  // no receiver will ever take it
    } else if (error != 0) {
      fd_.reset();
      againNs_ = nowNs + kAgainNs;
      return;
    } else {
      ++sent_;
    }
    bytes_ -= std::min(bytes_, queue_.front().size());
    queue_.pop_front();
    offset_ = 0;
  }
}

int Sink::sendFirst() {
  std::string& line = queue_.front();
  if (spec_.kind == SinkSpec::Kind::kJournal) return sendToJournal(fd_.get(), line);
  if (stream_ && line.back() != '\n') line += '\n';
  const ssize_t sent =
      ::send(fd_.get(), line.data() + offset_, line.size() - offset_, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent < 0) return errno;
  offset_ += static_cast<std::size_t>(sent);
  return offset_ < line.size() ? EAGAIN : 0;
}

}  // namespace exectrail::analyzer
