// Tells the service manager that started us how we are, as sd_notify(3) describes: one datagram to
// the socket that NOTIFY_SOCKET names. Does nothing where nobody asked.
#pragma once

#include <cstdint>
#include <string>

#include "trace/file_descriptor.h"

namespace exectrail::trace {

class ServiceManager {
 public:
  // From the environment: NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID.
  ServiceManager();

  bool present() const { return fd_.valid(); }

  void ready(const std::string& status);
  void status(const std::string& status);
  void stopping();

  // Call it often. Says that we live, twice in the time after which we would be ended, and, with
  // it, how we are; `status` is called only then. `nowNs` of any steady clock.
  template <typename Status>
  void alive(std::uint64_t nowNs, const Status& status) {
    if (!present() || nowNs < dueNs_) return;
    dueNs_ = nowNs + everyNs_;
    send("WATCHDOG=1\nSTATUS=" + line(status()));
  }

 private:
  static std::string line(std::string text);  // without what would begin another assignment
  void send(const std::string& message) const;

  FileDescriptor fd_;  // connected
  std::uint64_t everyNs_ = 5'000'000'000;
  std::uint64_t dueNs_ = 0;
};

}  // namespace exectrail::trace
