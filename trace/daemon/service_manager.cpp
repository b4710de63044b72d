#include "trace/daemon/service_manager.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>

namespace exectrail::trace {
namespace {

std::uint64_t numberFrom(const char* variable) {
  const char* text = std::getenv(variable);
  return text == nullptr ? 0 : std::strtoull(text, nullptr, 10);
}

}  // namespace

ServiceManager::ServiceManager() {
  const char* path = std::getenv("NOTIFY_SOCKET");
  if (path == nullptr || (path[0] != '/' && path[0] != '@')) return;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::size_t size = std::strlen(path);
  if (size >= sizeof address.sun_path) return;
  std::memcpy(address.sun_path, path, size);
  if (path[0] == '@') address.sun_path[0] = '\0';  // the abstract name space, unix(7)
  FileDescriptor fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + size);
  if (!fd.valid() ||
      ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), length) != 0) {
    return;
  }
  fd_ = std::move(fd);
  const std::uint64_t watchdogUs = numberFrom("WATCHDOG_USEC");
  const std::uint64_t pid = numberFrom("WATCHDOG_PID");
  const bool ours = pid == 0 || pid == static_cast<std::uint64_t>(::getpid());
  if (watchdogUs != 0 && ours) everyNs_ = std::min(everyNs_, watchdogUs * 1000 / 2);
}

void ServiceManager::ready(const std::string& status) { send("READY=1\nSTATUS=" + line(status)); }

void ServiceManager::status(const std::string& status) { send("STATUS=" + line(status)); }

void ServiceManager::stopping() { send("STOPPING=1"); }

std::string ServiceManager::line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

// Nobody waits for the manager: a datagram that it has no room for is not sent.
void ServiceManager::send(const std::string& message) const {
  if (present()) ::send(fd_.get(), message.data(), message.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
}

}  // namespace exectrail::trace
