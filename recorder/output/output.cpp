#include "recorder/output/output.h"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "recorder/invoking_user.h"
#include "recorder/output/pipe_sink.h"
#include "trace/errors.h"
#include "trace/escape.h"

namespace exectrail::recorder {
namespace {

// Whether others than the owner can put another file in its place.
void warnOfFolder(const std::string& path, const Notify& notify) {
  struct stat status {};
  if (::stat(folderOf(path).c_str(), &status) != 0) return;
  if ((status.st_mode & S_IWOTH) == 0 || (status.st_mode & S_ISVTX) != 0) return;
  notify("warning: everybody may write to the folder of " + trace::quoteForTerminal(path) +
         " and can replace the trace; use a folder of your own");
}

// A recorder has its trace locked until it is packed. The lock is ours until the file is moved: one
// that is made just now is not locked yet.
FileDescriptor lockOld(const std::string& path, const std::string& name) {
  FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (fd.valid() && ::flock(fd.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    throw EnvironmentError("another recorder writes " + name + "; stop it, or name another file");
  }
  return fd;
}

// A file system without locks is no reason not to record.
void lockNew(int fd, const std::string& path, const std::string& name) {
  struct stat ours {};
  struct stat there {};
  if ((::flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) || ::fstat(fd, &ours) != 0 ||
      ::lstat(path.c_str(), &there) != 0 || ours.st_dev != there.st_dev ||
      ours.st_ino != there.st_ino) {
    throw EnvironmentError("another recorder begins to write " + name + " just now");
  }
}

// Moves a regular file out of the way. True if something else is there that can be written to: a
// device or a FIFO.
bool keepOld(const std::string& path, const std::string& name, const Notify& notify) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return false;
  if (S_ISLNK(status.st_mode)) {
    throw EnvironmentError("will not write through the symbolic link " + name +
                           "; name the file itself");
  }
  if (!S_ISREG(status.st_mode)) return true;
  const FileDescriptor lock = lockOld(path, name);
  const std::string kept = path + ".old";
  if (::rename(path.c_str(), kept.c_str()) != 0) {
    throwErrno(errno, "cannot keep the existing " + name + " as " + trace::quoteForTerminal(kept));
  }
  notify("kept the earlier file as " + trace::quoteForTerminal(kept));
  return false;
}

// The user behind sudo is the one who will analyse the file.
void giveToInvokingUser(int fd) {
  const auto user = invokingUser();
  if (!user || ::geteuid() != 0) return;
  if (::fchown(fd, user->uid, user->gid) != 0) return;  // root can read it still: no loss
}

FileDescriptor openStandardOutput() {
  if (::isatty(STDOUT_FILENO) == 1) {
    throw EnvironmentError(
        "standard output is a terminal and a trace is binary; pipe it (… | exectrail analyze -) "
        "or name a file with -o");
  }
  FileDescriptor copy(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3));
  if (!copy.valid()) throwErrno(errno, "cannot use standard output");
  return copy;
}

FileDescriptor openOutput(const std::string& path, const std::string& name, const Notify& notify) {
  const bool special = keepOld(path, name, notify);
  // A file must be new: one that somebody put there just now would stay in that somebody's hands.
  const int creation = special ? 0 : O_CREAT | O_EXCL;
  FileDescriptor fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW | creation, 0600));
  if (!fd.valid()) {
    if (errno == ELOOP) throw EnvironmentError(name + " has become a symbolic link just now");
    throwErrno(errno, "cannot write " + name);
  }
  struct stat status {};
  if (special && (::fstat(fd.get(), &status) != 0 || S_ISREG(status.st_mode))) {
    throw EnvironmentError("somebody has put a file in the place of " + name + " just now");
  }
  if (!special) {
    lockNew(fd.get(), path, name);
    warnOfFolder(path, notify);
    giveToInvokingUser(fd.get());
  }
  return fd;
}

std::unique_ptr<trace::ByteSink> makeSink(int fd, int stopFd, const std::string& name) {
  struct stat status {};
  if (::fstat(fd, &status) == 0 && (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode))) {
    return std::make_unique<PipeSink>(fd, stopFd, name);
  }
  return std::make_unique<trace::FdSink>(fd, name);
}

}  // namespace

std::string folderOf(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash + 1);
}

Output::Output(const std::string& path, const Notify& notify)
    : named_(path != "-"), stop_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  const std::string name = named_ ? trace::quoteForTerminal(path) : "standard output";
  if (!stop_.valid()) throwErrno(errno, "cannot make an eventfd");
  fd_ = named_ ? openOutput(path, name, notify) : openStandardOutput();
  sink_ = makeSink(fd_.get(), stop_.get(), name);
}

FileDescriptor Output::hold() const {
  struct stat status {};
  const bool file = ::fstat(fd_.get(), &status) == 0 && S_ISREG(status.st_mode);
  return FileDescriptor(file && named_ ? ::fcntl(fd_.get(), F_DUPFD_CLOEXEC, 3) : -1);
}

void Output::abandon() { ::eventfd_write(stop_.get(), 1); }

}  // namespace exectrail::recorder
