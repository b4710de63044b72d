#include "recorder/control/background.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <iostream>

#include "trace/errors.h"
#include "trace/file_descriptor.h"

namespace exectrail::recorder {
namespace {

constexpr int kAnnounceFd = 3;

// Leaves nothing open that somebody could wait for the end of: the pipes of a CI step, for example.
void detach(int announceFd) {
  ::setsid();
  if (::chdir("/") != 0) ::_exit(kExitEnvironment);
  ::umask(077);
  const int null = ::open("/dev/null", O_RDWR);
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(null, fd);
  if (announceFd != kAnnounceFd) ::dup2(announceFd, kAnnounceFd);
  ::close_range(kAnnounceFd + 1, ~0U, 0);
  ::fcntl(kAnnounceFd, F_SETFD, FD_CLOEXEC);
}

[[noreturn]] void runChild(int announceFd, const std::function<int(Announcer&)>& body) {
  detach(announceFd);
  // A second fork: not a leader of a session, it cannot get a terminal by opening one.
  const pid_t child = ::fork();
  if (child != 0) ::_exit(child < 0 ? kExitEnvironment : kExitDone);
  ::signal(SIGPIPE, SIG_IGN);
  Announcer announcer(kAnnounceFd);
  const int status = body(announcer);
  if (!announcer.isReady()) {
    const std::string last = "x" + std::to_string(status) + "\n";
    if (::write(kAnnounceFd, last.data(), last.size()) < 0) ::_exit(status);
  }
  ::_exit(status);
}

// Shows what arrives. Returns the status to end with.
int follow(int fd) {
  std::string text;
  char buffer[4096];
  while (true) {
    const ssize_t got = ::read(fd, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    text.append(buffer, static_cast<std::size_t>(got));
    for (std::size_t end = 0; (end = text.find('\n')) != std::string::npos;) {
      const char kind = text[0];
      const std::string line = text.substr(1, end - 1);
      text.erase(0, end + 1);
      if (kind == 'x') return std::atoi(line.c_str());
      if (kind == 'r') {
        std::cout << line << std::endl;
        return kExitDone;
      }
      std::cerr << "exectrail: " << line << std::endl;
    }
  }
  throw EnvironmentError("the recorder ended before it could begin, and did not say why");
}

}  // namespace

bool Announcer::send(char kind, const std::string& line) {
  if (fd_ < 0) return false;
  const std::string text = kind + line + "\n";
  return ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
}

bool Announcer::ready(const std::string& line) {
  const bool heard = send('r', line);
  ::close(fd_);
  fd_ = -1;
  return heard;
}

int runInBackground(const std::function<int(Announcer&)>& body) {
  int ends[2];
  // A socket, not a pipe: writing to one that nobody holds any longer fails at once.
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    throwErrno(errno, "cannot make a socket pair");
  }
  FileDescriptor ours(ends[0]);
  FileDescriptor theirs(ends[1]);
  std::cout.flush();
  std::cerr.flush();
  const pid_t child = ::fork();
  if (child < 0) throwErrno(errno, "cannot start a process");
  if (child == 0) {
    ours.reset();
    runChild(theirs.get(), body);
  }
  theirs.reset();
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return follow(ours.get());
}

}  // namespace exectrail::recorder
