#include "recorder/loop.h"

#include <signal.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <utility>

#include "recorder/proc/process_reader.h"
#include "trace/errors.h"

namespace exectrail::recorder {
namespace {

constexpr std::uint64_t kSettlePollNs = 200'000;  // when events wait in the merge

}  // namespace

Loop::Loop(std::optional<std::chrono::nanoseconds> duration, Work work, Signals& signals,
           Command* command)
    : work_(std::move(work)), signals_(signals), command_(command) {
  for (const int fd : work_.descriptors) polled_.push_back({fd, POLLIN, 0});
  polled_.push_back({signals.descriptor(), POLLIN, 0});
  if (duration) deadlineNs_ = monotonicNowNs() + static_cast<std::uint64_t>(duration->count());
}

trace::EndReason Loop::run() {
  while (true) {
    wait();
    work_.step();
    if (const auto reason = handleSignals()) return *reason;
    if (deadlineNs_ && monotonicNowNs() >= *deadlineNs_) return trace::EndReason::kDuration;
  }
}

void Loop::wait() {
  std::optional<std::uint64_t> timeoutNs;
  if (deadlineNs_) {
    const std::uint64_t nowNs = monotonicNowNs();
    timeoutNs = *deadlineNs_ > nowNs ? *deadlineNs_ - nowNs : 0;
  }
  if (work_.waiting()) timeoutNs = std::min(timeoutNs.value_or(kSettlePollNs), kSettlePollNs);
  timespec timeout{};
  if (timeoutNs) {
    timeout.tv_sec = static_cast<std::time_t>(*timeoutNs / 1'000'000'000);
    timeout.tv_nsec = static_cast<long>(*timeoutNs % 1'000'000'000);
  }
  if (::ppoll(polled_.data(), polled_.size(), timeoutNs ? &timeout : nullptr, nullptr) < 0 &&
      errno != EINTR) {
    throwErrno(errno, "cannot wait for events");
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
