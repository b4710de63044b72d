#include "replay/live/sandbox.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <exception>
#include <string_view>

#include "replay/live/child.h"
#include "replay/live/mount_gate.h"
#include "replay/live/sandbox_root.h"
#include "trace/errors.h"

namespace exectrail::replay {
namespace {

constexpr int kSetupFailed = 125;

void resetSignals() {
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  for (int number = 1; number < NSIG; ++number) ::signal(number, SIG_DFL);
}

// fork(2) of a process that is the first of a new pid namespace; the caller stays in its own, where
// the recorder sees it. clone3(2), Linux 5.3. Only for a process of one thread: fork handlers of
// the C library do not run.
pid_t forkInit() {
  clone_args arguments{};
  arguments.flags = CLONE_NEWPID;
  arguments.exit_signal = SIGCHLD;
  const auto init = static_cast<pid_t>(::syscall(SYS_clone3, &arguments, sizeof arguments));
  if (init < 0) {
    throwErrno(errno, "sandbox: cannot make a pid namespace (CAP_SYS_ADMIN is needed)");
  }
  return init;
}

// The shell: pid 2 of the sandbox, which the guard of every run.sh relies on.
void execShell(const std::string& variant) {
  resetSignals();
  ::setsid();  // no terminal: a recording must not depend on where it was made
  ::umask(022);
  const int null = ::open("/dev/null", O_RDONLY);
  if (null < 0 || ::dup2(null, STDIN_FILENO) < 0) throwErrno(errno, "sandbox: /dev/null");
  if (::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) != 0) throwErrno(errno, "sandbox: close_range");
  std::array<const char*, 4> arguments = {"sh", "/scenario/run.sh",
                                          variant.empty() ? nullptr : variant.c_str(), nullptr};
  std::array<const char*, 5> environment = {
      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root",
      "LANG=C.UTF-8", "EXECTRAIL_SANDBOX=1", nullptr};
  ::execve("/bin/sh", const_cast<char**>(arguments.data()), const_cast<char**>(environment.data()));
  throwErrno(errno, "sandbox: cannot run /bin/sh");
}

// Init of the pid namespace: starts the shell, reaps what is orphaned, answers who wants to mount,
// ends with the shell's status. The kernel then ends whatever is left.
int runInit(const SandboxOptions& options, const auto& reportFailure) {
  // Ends with its supervisor, so that nothing outlives an interrupted recording.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::unshare(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET) != 0) {
    throwErrno(errno, "sandbox: cannot make namespaces");
  }
  enterSandboxRoot(options.scenarioDirectory);
  dropHostPrivileges();
  const MountGate gate;
  sigset_t children;
  ::sigemptyset(&children);
  ::sigaddset(&children, SIGCHLD);
  ::sigprocmask(SIG_BLOCK, &children, nullptr);
  const int ended = ::signalfd(-1, &children, SFD_CLOEXEC);
  if (ended < 0) throwErrno(errno, "sandbox: signalfd");
  const pid_t shell = ::fork();
  if (shell < 0) throwErrno(errno, "sandbox: cannot fork");
  if (shell == 0) {
    reportFailure([&] { execShell(options.variant); });
    ::_exit(kSetupFailed);
  }
  for (;;) {
    std::array<pollfd, 2> waiting = {{{ended, POLLIN, 0}, {gate.descriptor(), POLLIN, 0}}};
    if (::poll(waiting.data(), waiting.size(), -1) < 0 && errno != EINTR) {
      throwErrno(errno, "sandbox: poll");
    }
    if ((waiting[1].revents & POLLIN) != 0) gate.answer();
    if ((waiting[0].revents & POLLIN) == 0) continue;
    signalfd_siginfo taken{};
    if (::read(ended, &taken, sizeof taken) < 0) throwErrno(errno, "sandbox: signalfd");
    int status = 0;
    while (const pid_t child = ::waitpid(-1, &status, WNOHANG)) {  // one signal for several
      if (child == shell) return exitStatusOf(status);
      if (child < 0) throwErrno(errno, "sandbox: waitpid");
    }
  }
}

}  // namespace

int runInSandbox(const SandboxOptions& options) {
  if (::geteuid() != 0) {
    throw EnvironmentError("the sandbox of a scenario needs root: run it with sudo");
  }
  std::array<int, 2> failures{};
  if (::pipe2(failures.data(), O_CLOEXEC) != 0) throwErrno(errno, "sandbox: pipe");
  const auto reportFailure = [&](const auto& step) {
    try {
      step();
    } catch (const std::exception& error) {
      const std::string_view text = error.what();
      // If even this fails, the status still says that the setup did.
      [[maybe_unused]] const ssize_t written =
          ::write(failures[1], text.data(), std::min<std::size_t>(text.size(), 4096));
    }
  };

  const pid_t init = forkInit();
  if (init == 0) {
    int status = kSetupFailed;
    reportFailure([&] { status = runInit(options, reportFailure); });
    ::_exit(status);
  }
  ::close(failures[1]);
  const ChildEnd end = waitForChild(init, options.timeout, SIGKILL);
  std::string failure(4096, '\0');
  const ssize_t size = ::read(failures[0], failure.data(), failure.size());
  ::close(failures[0]);
  if (size > 0) {
    failure.resize(static_cast<std::size_t>(size));
    throw EnvironmentError(failure);
  }
  return end.timedOut ? kSandboxTimeout : end.status;
}

}  // namespace exectrail::replay
