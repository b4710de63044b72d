#include "recorder/output.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include "recorder/proc/proc_files.h"
#include "trace/errors.h"
#include "trace/escape.h"

namespace exectrail::recorder {
namespace {

void keepOld(const std::string& path, const std::string& name, std::string& keptOld) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return;
  if (S_ISLNK(status.st_mode)) {
    throw EnvironmentError("will not write through the symbolic link " + name +
                           "; name the file itself");
  }
  if (!S_ISREG(status.st_mode)) return;
  keptOld = path + ".old";
  if (::rename(path.c_str(), keptOld.c_str()) != 0) {
    throwErrno(errno,
               "cannot keep the existing " + name + " as " + trace::quoteForTerminal(keptOld));
  }
}

// The user behind sudo is the one who will analyse the file.
void giveToInvokingUser(int fd) {
  const char* uid = std::getenv("SUDO_UID");
  const char* gid = std::getenv("SUDO_GID");
  const auto uidNumber = parseNumber(uid != nullptr ? uid : "");
  const auto gidNumber = parseNumber(gid != nullptr ? gid : "");
  if (::geteuid() != 0 || !uidNumber || !gidNumber) return;
  if (::fchown(fd, static_cast<uid_t>(*uidNumber), static_cast<gid_t>(*gidNumber)) != 0) {
    // Root can read it still; not worth losing a recording for.
    return;
  }
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
  keepOld(path, name, keptOld);
  FileDescriptor fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd.valid()) throwErrno(errno, "cannot write " + name);
  struct stat status {};
  if (::fstat(fd.get(), &status) == 0 && S_ISREG(status.st_mode)) giveToInvokingUser(fd.get());
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
