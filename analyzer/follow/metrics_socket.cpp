#include "analyzer/follow/metrics_socket.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>

#include "trace/errors.h"
#include "trace/escape.h"

namespace exectrail::analyzer {
namespace {

// A client that says nothing, or takes nothing, costs the analysis so much and no more.
constexpr int kRequestMs = 5;
constexpr int kMostClients = 4;  // at once
constexpr std::size_t kMostText = std::size_t{1} << 20;

sockaddr_un addressOf(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) {
    throw EnvironmentError(trace::quoteForTerminal(path) +
                           " is too long for a socket; at most 107 bytes");
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

FileDescriptor connectTo(const std::string& path) {
  const sockaddr_un address = addressOf(path);
  FileDescriptor fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (fd.valid() &&
      ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    fd.reset();
  }
  return fd;
}

}  // namespace

MetricsSocket::MetricsSocket(const std::string& path) : path_(path) {
  const std::string name = trace::quoteForTerminal(path);
  struct stat status {};
  if (::lstat(path.c_str(), &status) == 0) {
    if (!S_ISSOCK(status.st_mode)) throw EnvironmentError(name + " is there and is not a socket");
    if (connectTo(path).valid()) throw EnvironmentError("another analyzer listens on " + name);
    ::unlink(path.c_str());
  }
  const sockaddr_un address = addressOf(path);
  fd_ = FileDescriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd_.valid() ||
      ::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::chmod(path.c_str(), 0660) != 0 || ::listen(fd_.get(), kMostClients) != 0) {
    throwErrno(errno, "cannot listen on " + name);
  }
}

MetricsSocket::~MetricsSocket() { ::unlink(path_.c_str()); }

void MetricsSocket::serve(const std::function<std::string()>& text) const {
  for (int i = 0; i < kMostClients; ++i) {
    const FileDescriptor client(
        ::accept4(fd_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!client.valid()) return;
    char request[4096];
    pollfd polled{client.get(), POLLIN, 0};
    ssize_t got = 0;
    if (::poll(&polled, 1, kRequestMs) > 0) {
      got = ::recv(client.get(), request, sizeof request, MSG_DONTWAIT);
    }
    const bool http =
        got > 0 && std::string_view(request, static_cast<std::size_t>(got)).starts_with("GET ");
    std::string answer = text();
    if (http) {
      answer = "HTTP/1.0 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\nContent-Length: " +
               std::to_string(answer.size()) + "\r\n\r\n" + answer;
    }
    // What does not fit into the socket's buffer is cut off: nobody waits for a client.
    ::send(client.get(), answer.data(), answer.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  }
}

std::string readMetrics(const std::string& path) {
  const FileDescriptor fd = connectTo(path);
  if (!fd.valid()) throwErrno(errno, "nobody answers on " + trace::quoteForTerminal(path));
  ::shutdown(fd.get(), SHUT_WR);
  std::string text;
  char buffer[16384];
  for (pollfd polled{fd.get(), POLLIN, 0}; text.size() < kMostText;) {
    if (::poll(&polled, 1, 2000) <= 0) break;
    const ssize_t got = ::recv(fd.get(), buffer, sizeof buffer, 0);
    if (got <= 0) break;
    text.append(buffer, static_cast<std::size_t>(got));
  }
  if (text.empty()) {
    throw EnvironmentError(trace::quoteForTerminal(path) + " says nothing within two seconds");
  }
  return text;
}

}  // namespace exectrail::analyzer
