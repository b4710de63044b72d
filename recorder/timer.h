// Becomes readable at a time of CLOCK_MONOTONIC.
//
// Why not a timeout of poll(2): whoever is woken by one waits in the kernel until the interrupt
// that woke it is over on the other CPU (hrtimer_cancel). On a virtual machine that took half of
// the recorder's time in a storm.
#pragma once

#include <sys/timerfd.h>

#include <cerrno>
#include <cstdint>
#include <ctime>

#include "trace/errors.h"
#include "trace/file_descriptor.h"

namespace exectrail::recorder {

class Timer {
 public:
  Timer() : fd_(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)) {
    if (!fd_.valid()) throwErrno(errno, "cannot make a timer");
  }

  int descriptor() const { return fd_.get(); }

  // Not readable until then; at once, if that is past.
  void set(std::uint64_t atNs) {
    if (atNs == atNs_ && atNs_ != 0) return;
    atNs_ = atNs == 0 ? 1 : atNs;  // 0 would turn it off
    itimerspec when{};
    when.it_value.tv_sec = static_cast<std::time_t>(atNs_ / 1'000'000'000);
    when.it_value.tv_nsec = static_cast<long>(atNs_ % 1'000'000'000);
    if (::timerfd_settime(fd_.get(), TFD_TIMER_ABSTIME, &when, nullptr) != 0) {
      throwErrno(errno, "cannot set a timer");
    }
  }

 private:
  FileDescriptor fd_;
  std::uint64_t atNs_ = 0;
};

}  // namespace exectrail::recorder
