#include "replay/live/late_start.h"

#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <thread>

#include "trace/errors.h"

namespace exectrail::replay {
namespace {

namespace fs = std::filesystem;

struct Stat {
  char state = '?';
  pid_t parent = 0;
};

// proc_pid_stat(5): the name in parentheses may hold anything.
std::optional<Stat> readStat(const fs::path& process) {
  std::ifstream file(process / "stat");
  std::string text;
  std::getline(file, text, '\0');
  const std::size_t name = text.rfind(')');
  if (name == std::string::npos) return std::nullopt;
  Stat stat;
  std::istringstream rest(text.substr(name + 1));
  if (!(rest >> stat.state >> stat.parent)) return std::nullopt;
  return stat;
}

struct Child {
  pid_t pid = 0;
  char state = '?';
};

// The first child that /proc lists; the sandbox's processes have one where this is asked.
std::optional<Child> childOf(pid_t parent) {
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator("/proc", error)) {
    const std::string name = entry.path().filename().string();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    const std::optional<Stat> stat = readStat(entry.path());
    if (stat && stat->parent == parent) return Child{std::stoi(name), stat->state};
  }
  return std::nullopt;
}

bool hasEnded(pid_t child) {
  siginfo_t end{};  // stays to be waited for
  return ::waitid(P_PID, static_cast<id_t>(child), &end, WEXITED | WNOHANG | WNOWAIT) != 0 ||
         end.si_pid != 0;
}

}  // namespace

StoppedSandbox waitUntilStopped(pid_t supervisor, std::chrono::seconds limit) {
  constexpr std::chrono::milliseconds kPause{5};
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (std::chrono::steady_clock::now() < deadline && !hasEnded(supervisor)) {
    const std::optional<Child> init = childOf(supervisor);
    const std::optional<Child> shell = init ? childOf(init->pid) : std::nullopt;
    if (shell && shell->state == 'T') return {init->pid, shell->pid};
    std::this_thread::sleep_for(kPause);
  }
  throw EnvironmentError(
      "run.sh did not stop itself (kill -STOP $$), which a scenario with `recorder: late` does "
      "once "
      "its processes are there");
}

void resumeSandbox(const StoppedSandbox& sandbox) {
  const int pidfd = static_cast<int>(::syscall(SYS_pidfd_open, sandbox.init, 0));  // Linux 5.3
  if (pidfd < 0) throwErrno(errno, "pidfd_open of the sandbox");
  if (::kill(sandbox.shell, SIGCONT) != 0) throwErrno(errno, "cannot let run.sh go on");
  pollfd waiting{pidfd, POLLIN, 0};
  while (::poll(&waiting, 1, -1) < 0) {
    if (errno != EINTR) throwErrno(errno, "poll");
  }
  ::close(pidfd);
}

}  // namespace exectrail::replay
