#include "replay/live/raw_recording.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <utility>
#include <vector>

#include "replay/live/child.h"
#include "replay/live/late_start.h"
#include "replay/live/sandbox.h"
#include "trace/errors.h"

namespace exectrail::replay {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kRecorderGrace{30};  // to start, drain and write, beyond run.sh
constexpr std::chrono::seconds kSandboxGrace{1};    // to end once its time is over
constexpr std::size_t kLogLines = 20;

// The last lines of what the recorder and run.sh printed, indented.
std::string tailOf(const std::string& path) {
  std::ifstream text(path, std::ios::binary);
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);) {
    // The recorder's next command names a file that is thrown away.
    if (!line.starts_with("exectrail: next: ")) lines.push_back(line);
  }
  std::string tail;
  for (std::size_t i = lines.size() > kLogLines ? lines.size() - kLogLines : 0; i < lines.size();
       ++i) {
    tail += "\n    " + lines[i];
  }
  return tail;
}

// Interrupts reach the recorder, which ends and writes; we wait for it, as system(3) does.
class IgnoreInterrupts {
 public:
  IgnoreInterrupts() {
    struct sigaction ignore {};
    ignore.sa_handler = SIG_IGN;
    ::sigaction(SIGINT, &ignore, &before_);
  }
  ~IgnoreInterrupts() { ::sigaction(SIGINT, &before_, nullptr); }
  IgnoreInterrupts(const IgnoreInterrupts&) = delete;
  IgnoreInterrupts& operator=(const IgnoreInterrupts&) = delete;

 private:
  struct sigaction before_ {};
};

// Starts `command`, output to the file `log`. It gets our environment: run.sh does not, the sandbox
// gives it a clean one.
pid_t spawn(const std::vector<std::string>& command, const std::string& log) {
  std::vector<char*> arguments;
  arguments.reserve(command.size() + 1);
  for (const std::string& each : command) arguments.push_back(const_cast<char*>(each.c_str()));
  arguments.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log.c_str(),
                                     O_WRONLY | O_CREAT | O_APPEND, 0600);
  ::posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  sigset_t defaults;
  ::sigemptyset(&defaults);
  ::sigaddset(&defaults, SIGINT);
  ::posix_spawnattr_setsigdefault(&attributes, &defaults);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  pid_t child = 0;
  const int error =
      ::posix_spawn(&child, arguments[0], &actions, &attributes, arguments.data(), environ);
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throwErrno(error, "cannot run " + command[0]);
  return child;
}

std::vector<std::string> sandboxCommand(const Case& recording, const LiveOptions& options) {
  std::vector<std::string> command = {options.self, "sandbox", "--timeout",
                                      std::to_string(options.timeout.count()),
                                      fs::absolute(recording.scenario->directory).string()};
  if (!recording.variant.empty()) command.push_back(recording.variant);
  return command;
}

// Below sudo too, the COMMAND runs as root: the sandbox needs it.
std::vector<std::string> recorderCommand(const LiveOptions& options, const std::string& raw,
                                         bool wholeHost, const std::vector<std::string>& command) {
  std::vector<std::string> all = {options.recorder, "-o", raw, "--as-root"};
  if (wholeHost) all.emplace_back("-a");
  all.emplace_back("--");
  all.insert(all.end(), command.begin(), command.end());
  return all;
}

// Of the sandbox: what the status says went wrong.
void requireSuccess(const Case& recording, const LiveOptions& options, const std::string& log,
                    int status) {
  if (status == kSandboxTimeout) {
    throw EnvironmentError("run.sh did not end within " + std::to_string(options.timeout.count()) +
                           " s; its sandbox was ended" + tailOf(log));
  }
  if (status != 0) {
    throw EnvironmentError("recording " + recording.name() + " ended with status " +
                           std::to_string(status) + ":" + tailOf(log));
  }
}

// The recorder's status is that of its COMMAND.
int runRecorder(const std::vector<std::string>& command, const LiveOptions& options,
                const std::string& log) {
  const ChildEnd end = waitForChild(spawn(command, log), options.timeout + kRecorderGrace, SIGINT);
  if (end.timedOut) {
    throw EnvironmentError("the recorder did not end in time and was stopped" + tailOf(log));
  }
  return end.status;
}

// The sandbox as a child of ours; ends with this.
class Supervisor {
 public:
  explicit Supervisor(pid_t pid) : pid_(pid) {}
  ~Supervisor() {
    if (pid_ == 0) return;
    try {
      wait(std::chrono::seconds(0));
    } catch (const EnvironmentError&) {  // NOLINT(bugprone-empty-catch): something else is thrown
    }
  }
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  StoppedSandbox stopped(std::chrono::seconds limit, const std::string& log) const {
    try {
      return waitUntilStopped(pid_, limit);
    } catch (const EnvironmentError& error) {
      throw EnvironmentError(error.what() + tailOf(log));
    }
  }

  int wait(std::chrono::seconds limit) {
    return waitForChild(std::exchange(pid_, 0), limit, SIGKILL).status;
  }

 private:
  pid_t pid_;
};

// The sandbox first, and the recorder once run.sh has stopped itself.
LateRoot recordLate(const Case& recording, const LiveOptions& options, const std::string& raw,
                    const std::string& log) {
  Supervisor sandbox(spawn(sandboxCommand(recording, options), log));
  const StoppedSandbox stopped = sandbox.stopped(options.timeout, log);
  const std::vector<std::string> resume = {options.self, "resume", std::to_string(stopped.init),
                                           std::to_string(stopped.shell)};
  const int status = runRecorder(recorderCommand(options, raw, true, resume), options, log);
  // A sandbox whose time was over before the recorder had started is why that has failed.
  const int ended = sandbox.wait(status == 0 ? kRecorderGrace : kSandboxGrace);
  if (ended != kSandboxTimeout) requireSuccess(recording, options, log, status);
  requireSuccess(recording, options, log, ended);
  return {static_cast<std::uint32_t>(stopped.shell)};
}

}  // namespace

std::optional<LateRoot> recordRaw(const Case& recording, const LiveOptions& options,
                                  const std::string& raw, const std::string& log) {
  const IgnoreInterrupts waiting;
  if (recording.scenario->recorderIsLate) return recordLate(recording, options, raw, log);
  const int status = runRecorder(
      recorderCommand(options, raw, false, sandboxCommand(recording, options)), options, log);
  requireSuccess(recording, options, log, status);
  return std::nullopt;
}

}  // namespace exectrail::replay
