// exectrail top: the latest executions and alerts of this host, or of a stream, on a terminal. One
// thread reads and judges, the other one shows; neither waits for the other for longer than a copy.
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <exception>
#include <iostream>
#include <mutex>
#include <thread>

#include "analyzer/answer.h"
#include "analyzer/commands.h"
#include "analyzer/follow/follower.h"
#include "analyzer/follow/host_clock.h"
#include "analyzer/top/screen.h"
#include "analyzer/top/terminal.h"
#include "trace/errors.h"

namespace exectrail::analyzer {
namespace {

constexpr std::uint64_t kPaintNs = 100'000'000;  // at most so often: an ssh session is slow
constexpr int kIdleMs = 1000;                    // ages are shown

FileDescriptor watchSignals() {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGTSTP, SIGWINCH}) {
    ::sigaddset(&set, signal);
  }
  ::sigprocmask(SIG_BLOCK, &set, nullptr);  // in threads that begin later as well
  return FileDescriptor(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
}

class Top {
 public:
  Top(const AnalyzeOptions& options, std::shared_ptr<const Program> program)
      : options_(options),
        program_(std::move(program)),
        signals_(watchSignals()),
        changed_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!signals_.valid() || !changed_.valid()) throwErrno(errno, "cannot wait for keys");
  }

  int run() {
    Terminal terminal(wantsColour());
    std::thread([this] { read(); }).detach();
    show(terminal);
    const std::lock_guard lock(mutex_);
    if (failure_) std::rethrow_exception(failure_);
    return kExitDone;
  }

 private:
  void read() {
    try {
      options_.traces.front() == "-" ? readStream() : readFolder();
    } catch (...) {
      const std::lock_guard lock(mutex_);
      failure_ = std::current_exception();
    }
    change([](Screen& screen) { screen.ended(); });
  }

  void readFolder() {
    Operations operations("", [this](const std::string& action, const std::string& message) {
      change([&](Screen& screen) { screen.note(action + ": " + message); });
    });
    FollowSettings settings;
    settings.folder = options_.traces.front();
    settings.follow = true;
    settings.newest = true;
    settings.onRecord = [this](const trace::Record& record, const trace::Header& header) {
      change([&](Screen& screen) { screen.record(record, header); });
    };
    const auto onAlert = [this](const Alert& alert, const trace::Header& header, const Program&) {
      change([&](Screen& screen) { screen.alert(alert, headerOf(alert, header)); });
      return std::string();
    };
    Follower follower(
        std::move(settings), program_, [this] { return hangUp(); }, onAlert, nullptr, operations);
    follower.run();
    stopped_ = true;  // by a signal that it saw first
  }

  // SIGHUP, if it was seen there: nothing is loaded anew here, the terminal has gone.
  std::shared_ptr<const Program> hangUp() {
    stopped_ = true;
    ::eventfd_write(changed_.get(), 1);
    return program_;
  }

  void readStream() {
    const auto reader = trace::openTraceStream(STDIN_FILENO, "standard input");
    const trace::Header header = reader->header();
    Engine engine(*program_, header, [&](const Alert& alert) {
      change([&](Screen& screen) { screen.alert(alert, headerOf(alert, header)); });
    });
    trace::Record record;
    while (reader->next(record)) {
      change([&](Screen& screen) { screen.record(record, header); });
      engine.process(record);
    }
    engine.finish();
    if (reader->state().completeness == trace::Completeness::kComplete) return;
    change([&](Screen& screen) { screen.note(reader->state().problem); });
  }

  template <typename Change>
  void change(const Change& what) {
    {
      const std::lock_guard lock(mutex_);
      what(screen_);
    }
    ::eventfd_write(changed_.get(), 1);
  }

  void show(Terminal& terminal) {
    std::uint64_t paintedNs = 0;
    bool paint = true;
    while (true) {
      const std::uint64_t nowNs = monotonicNowNs();
      if (paint && nowNs >= paintedNs + kPaintNs) {
        terminal.paint(linesNow(terminal.rows()));
        paintedNs = nowNs;
        paint = false;
      }
      // What changes before it may be painted again does not wake us.
      const int waitMs =
          paint ? static_cast<int>((paintedNs + kPaintNs - nowNs) / 1'000'000 + 1) : kIdleMs;
      pollfd polled[] = {{terminal.descriptor(), POLLIN, 0},
                         {signals_.get(), POLLIN, 0},
                         {paint ? -1 : changed_.get(), POLLIN, 0}};
      const int ready = ::poll(polled, 3, waitMs);
      if (ready < 0 && errno != EINTR) throwErrno(errno, "cannot wait for keys");
      if ((polled[0].revents & (POLLHUP | POLLERR | POLLNVAL)) != 0) return;
      if (polled[0].revents != 0) {
        const std::string typed = terminal.read();
        const std::lock_guard lock(mutex_);
        if (!screen_.keys(typed)) return;
        paintedNs = 0;  // a key is answered at once
      }
      if (!takeSignals(terminal) || stopped_) return;
      if (hasFailed()) return;
      eventfd_t count = 0;
      if (polled[2].revents != 0) ::eventfd_read(changed_.get(), &count);
      paint = true;
    }
  }

  // False: to leave.
  bool takeSignals(Terminal& terminal) const {
    signalfd_siginfo info{};
    while (::read(signals_.get(), &info, sizeof info) == sizeof info) {
      if (info.ssi_signo == SIGTSTP) {
        terminal.suspend();
      } else if (info.ssi_signo != SIGWINCH) {
        return false;
      }
    }
    return true;
  }

  bool hasFailed() {
    const std::lock_guard lock(mutex_);
    return failure_ != nullptr;
  }

  std::vector<ScreenLine> linesNow(std::size_t rows) {
    const std::lock_guard lock(mutex_);
    return screen_.lines(rows, realtimeNowNs());
  }

  const AnalyzeOptions& options_;
  std::shared_ptr<const Program> program_;
  FileDescriptor signals_;
  FileDescriptor changed_;
  std::atomic<bool> stopped_{false};
  std::mutex mutex_;  // guards the following
  Screen screen_;
  std::exception_ptr failure_;
};

}  // namespace

int top(const AnalyzeOptions& options) {
  std::shared_ptr<const Program> program = loadProgram(options.recipes);
  if (!program) return kExitUsage;
  // The thread that reads may wait for a pipe when its user has seen enough.
  Top* const forever = new Top(options, std::move(program));
  int status = kExitEnvironment;
  try {
    status = forever->run();
  } catch (const EnvironmentError& error) {
    std::cerr << "exectrail: " << error.what() << '\n';
  }
  std::_Exit(status);
}

}  // namespace exectrail::analyzer
