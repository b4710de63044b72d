#include "recorder/loop.h"

#include <signal.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "recorder/proc/process_reader.h"
#include "trace/errors.h"

namespace exectrail::recorder {

namespace {

// By then everything that COMMAND did to its end has been seen, also by a recorder that was kept
// from running for a while.
constexpr std::uint64_t kSettleNs = 100'000'000;

// What happened before a dump was asked for is in the window: by then it has been sealed.
constexpr std::uint64_t kDumpNs = 150'000'000;

bool isEnd(int signal) { return signal == SIGINT || signal == SIGTERM || signal == SIGHUP; }

}  // namespace

Loop::Loop(const LoopSettings& settings, Work work, Signals& signals, Command* command,
           Notify notify)
    : work_(std::move(work)),
      signals_(signals),
      command_(command),
      notify_(std::move(notify)),
      waitTree_(settings.waitTree) {
  if (settings.duration) {
    deadlineNs_ = monotonicNowNs() + static_cast<std::uint64_t>(settings.duration->count());
  }
}

trace::EndReason Loop::run() {
  while (true) {
    wait();
    work_.step();
    if (polled_.front().revents != 0) {
      if (const auto reason = handleSignals()) return *reason;
    }
    if (dumpDueNs_ && monotonicNowNs() >= *dumpDueNs_) {
      dumpDueNs_.reset();
      work_.dump();
    }
    if (treeHasEnded()) return trace::EndReason::kCommandEnded;
    if (deadlineNs_ && monotonicNowNs() >= *deadlineNs_) return trace::EndReason::kDuration;
  }
}

void Loop::wait() {
  descriptors_.assign({signals_.descriptor(), timer_.descriptor()});
  work_.descriptors(descriptors_);
  polled_.clear();
  for (const int fd : descriptors_) polled_.push_back({fd, POLLIN, 0});
  std::uint64_t untilNs = work_.dueNs();
  if (deadlineNs_) untilNs = std::min(untilNs, *deadlineNs_);
  if (dumpDueNs_) untilNs = std::min(untilNs, *dumpDueNs_);
  if (commandEndedNs_ && !toldOfTree_) untilNs = std::min(untilNs, *commandEndedNs_ + kSettleNs);
  timer_.set(untilNs);
  if (::poll(polled_.data(), polled_.size(), -1) < 0) {
    if (errno != EINTR) throwErrno(errno, "cannot wait for events");
    polled_.front().revents = POLLIN;
  }
}

std::optional<trace::EndReason> Loop::handleSignals() {
  while (const auto signal = signals_.next()) {
    if (*signal == SIGCHLD) {
      if (command_ == nullptr || commandEndedNs_ || !command_->status(false)) continue;
      if (!waitTree_) return trace::EndReason::kCommandEnded;
      commandEndedNs_ = monotonicNowNs();
    } else if (*signal == SIGUSR1) {
      if (!dumpDueNs_) dumpDueNs_ = monotonicNowNs() + kDumpNs;
    } else if (command_ == nullptr || interrupted_ || commandEndedNs_) {
      return trace::EndReason::kInterrupted;
    } else {
      // COMMAND decides what an interrupt means to it: Ctrl-C has reached it already, a signal sent
      // to us alone is passed on. A second one ends the recording in any case.
      interrupted_ = true;
      if (*signal != SIGINT) ::kill(command_->pid(), *signal);
    }
  }
  return std::nullopt;
}

bool Loop::treeHasEnded() {
  if (!commandEndedNs_ || monotonicNowNs() < *commandEndedNs_ + kSettleNs) return false;
  const std::size_t live = work_.liveProcesses();
  if (live > 0 && !toldOfTree_) {
    toldOfTree_ = true;
    notify_("COMMAND has ended; waiting for " + std::to_string(live) +
            (live == 1 ? " process" : " processes") + " that it left behind; Ctrl-C ends it");
  }
  return live == 0;
}

void awaitWritten(Destination& destination, Signals& signals) {
  bool calledOff = false;
  while (!destination.done()) {
    std::vector<int> descriptors = {signals.descriptor()};
    destination.descriptors(descriptors);
    std::vector<pollfd> polled;
    for (const int fd : descriptors) polled.push_back({fd, POLLIN, 0});
    if (::poll(polled.data(), polled.size(), -1) < 0 && errno != EINTR) {
      throwErrno(errno, "cannot wait for the trace to be written");
    }
    while (const auto signal = signals.next()) {
      if (isEnd(*signal) && !std::exchange(calledOff, true)) destination.abandon();
    }
    destination.check();
  }
  destination.check();
}

}  // namespace exectrail::recorder
