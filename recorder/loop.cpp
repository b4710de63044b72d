#include "recorder/loop.h"

#include <signal.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <utility>

#include "recorder/proc/process_reader.h"
#include "trace/errors.h"

namespace exectrail::recorder {

Loop::Loop(std::optional<std::chrono::nanoseconds> duration, Work work, Signals& signals,
           Command* command)
    : work_(std::move(work)), signals_(signals), command_(command) {
  if (duration) deadlineNs_ = monotonicNowNs() + static_cast<std::uint64_t>(duration->count());
}

trace::EndReason Loop::run() {
  while (true) {
    wait();
    work_.step();
    if (polled_.front().revents != 0) {
      if (const auto reason = handleSignals()) return *reason;
    }
    if (deadlineNs_ && monotonicNowNs() >= *deadlineNs_) return trace::EndReason::kDuration;
  }
}

void Loop::wait() {
  descriptors_.assign(1, signals_.descriptor());
  work_.descriptors(descriptors_);
  polled_.clear();
  for (const int fd : descriptors_) polled_.push_back({fd, POLLIN, 0});
  std::uint64_t untilNs = work_.dueNs();
  if (deadlineNs_) untilNs = std::min(untilNs, *deadlineNs_);
  const std::uint64_t nowNs = monotonicNowNs();
  const std::uint64_t timeoutNs = untilNs > nowNs ? untilNs - nowNs : 0;
  timespec timeout{};
  timeout.tv_sec = static_cast<std::time_t>(timeoutNs / 1'000'000'000);
  timeout.tv_nsec = static_cast<long>(timeoutNs % 1'000'000'000);
  if (::ppoll(polled_.data(), polled_.size(), &timeout, nullptr) < 0) {
    if (errno != EINTR) throwErrno(errno, "cannot wait for events");
    polled_.front().revents = POLLIN;
  }
}

std::optional<trace::EndReason> Loop::handleSignals() {
  while (const auto signal = signals_.next()) {
    if (*signal == SIGCHLD) {
      if (command_ != nullptr && command_->status(false)) return trace::EndReason::kCommandEnded;
      continue;
    }
    // COMMAND decides what an interrupt means to it: Ctrl-C has reached it already, a signal sent
    // to us alone is passed on. A second one ends the recording in any case.
    if (command_ == nullptr || interrupted_) return trace::EndReason::kInterrupted;
    interrupted_ = true;
    if (*signal != SIGINT) ::kill(command_->pid(), *signal);
  }
  return std::nullopt;
}

}  // namespace exectrail::recorder
