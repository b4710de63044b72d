#include "recorder/output.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "recorder/invoking_user.h"
#include "trace/errors.h"
#include "trace/escape.h"

namespace exectrail::recorder {
namespace {

// Moves a regular file out of the way. True if something else is there that can be written to: a
// device or a FIFO.
bool keepOld(const std::string& path, const std::string& name, std::string& keptOld) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return false;
  if (S_ISLNK(status.st_mode)) {
    throw EnvironmentError("will not write through the symbolic link " + name +
                           "; name the file itself");
  }
  if (!S_ISREG(status.st_mode)) return true;
  keptOld = path + ".old";
  if (::rename(path.c_str(), keptOld.c_str()) != 0) {
    throwErrno(errno,
               "cannot keep the existing " + name + " as " + trace::quoteForTerminal(keptOld));
  }
  return false;
}

// The user behind sudo is the one who will analyse the file.
void giveToInvokingUser(int fd) {
  const auto user = invokingUser();
  if (!user || ::geteuid() != 0) return;
  if (::fchown(fd, user->uid, user->gid) != 0) return;  // root can read it still: no loss
}

FileDescriptor openOutput(const std::string& path, const std::string& name, std::string& keptOld) {
  if (path == "-") {
    if (::isatty(STDOUT_FILENO) == 1) {
      throw EnvironmentError(
          "standard output is a terminal and a trace is binary; pipe it (… | exectrail analyze -) "
          "or name a file with -o");
    }
    FileDescriptor copy(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3));
    if (!copy.valid()) throwErrno(errno, "cannot use standard output");
    return copy;
  }
  const bool special = keepOld(path, name, keptOld);
  // A file must be new: one that somebody put there just now would stay in that somebody's hands.
  const int creation = special ? 0 : O_CREAT | O_EXCL;
  FileDescriptor fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW | creation, 0600));
  if (!fd.valid()) throwErrno(errno, "cannot write " + name);
  if (!special) giveToInvokingUser(fd.get());
  return fd;
}

}  // namespace

Output::Output(const std::string& path)
    : standardOutput_(path == "-"),
      name_(standardOutput_ ? "standard output" : trace::quoteForTerminal(path)),
      fd_(openOutput(path, name_, keptOld_)),
      sink_(fd_.get(), name_) {}

void Output::sync() {
  // Pipes and devices cannot be synced and need not be.
  if (::fdatasync(fd_.get()) != 0 && errno != EINVAL && errno != EROFS) {
    throwErrno(errno, "cannot bring " + name_ + " to disk");
  }
}

}  // namespace exectrail::recorder
