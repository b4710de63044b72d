#include "recorder/proc/caller_files.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>

#include "trace/file_descriptor.h"

namespace exectrail::recorder {
namespace {

using trace::EvidenceClass;
using trace::Field;

// What is at a path, or why that is not known: errorNumber 0.
struct Found {
  int errorNumber = 0;
  mode_t mode = 0;
};

FileDescriptor openFolder(pid_t tid, const char* name) {
  const std::string folder = "/proc/" + std::to_string(tid) + "/" + name;
  return FileDescriptor(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
}

// A link with an absolute target, met on a relative path, leads below our own root.
bool sameRootAsOurs(pid_t tid) {
  const FileDescriptor root = openFolder(tid, "root");
  struct stat theirs {};
  struct stat ours {};
  return root.valid() && ::fstat(root.get(), &theirs) == 0 && ::stat("/", &ours) == 0 &&
         theirs.st_dev == ours.st_dev && theirs.st_ino == ours.st_ino;
}

// These mean the process that looks: us.
bool namesTheReader(std::string_view path) {
  return path.starts_with("/dev/fd/") || path.starts_with("/dev/std") ||
         path.find("/self/") != path.npos || path.find("/thread-self/") != path.npos;
}

FileDescriptor openBelow(const FileDescriptor& start, const std::string& path,
                         std::uint64_t resolve) {
  open_how how{};
  how.flags = O_PATH | O_NOFOLLOW | O_CLOEXEC;
  how.resolve = resolve;
  return FileDescriptor(
      static_cast<int>(::syscall(SYS_openat2, start.get(), path.c_str(), &how, sizeof how)));
}

bool missing(int errorNumber) { return errorNumber == ENOENT || errorNumber == ENOTDIR; }

Found lookUp(pid_t tid, const std::string& path) {
  if (path.empty() || namesTheReader(path)) return {ESTALE};
  const bool absolute = path.front() == '/';
  const FileDescriptor start = openFolder(tid, absolute ? "root" : "cwd");
  if (!start.valid()) return {ESRCH};
  FileDescriptor file = openBelow(start, path, absolute ? RESOLVE_IN_ROOT : 0);
  int error = file.valid() ? 0 : errno;
  if (missing(error) && !absolute && !sameRootAsOurs(tid)) {
    // Unless a link led astray, it is not there.
    file = openBelow(start, path, RESOLVE_NO_SYMLINKS);
    error = file.valid() ? 0 : errno;
    if (error == ELOOP) return {ESTALE};
  }
  if (error != 0) return {error};
  struct stat facts {};
  if (::fstat(file.get(), &facts) != 0) return {errno};
  return {0, facts.st_mode};
}

bool missing(const Found& found) { return missing(found.errorNumber); }

// Whether the search for `path`, which names nothing, ended in a folder that is closed to some.
bool endsInClosedFolder(pid_t tid, std::string path) {
  while (true) {
    const auto slash = path.find_last_not_of('/', path.rfind('/'));
    const bool absolute = path.starts_with('/');
    path = slash == path.npos || path.find('/') == path.npos ? (absolute ? "/" : ".")
                                                             : path.substr(0, slash + 1);
    const Found folder = lookUp(tid, path);
    if (!missing(folder)) return folder.errorNumber != 0 || (folder.mode & S_IXOTH) == 0;
    if (path == "/" || path == ".") return true;  // the process has gone
  }
}

}  // namespace

Field<bool> existsFor(pid_t tid, const std::string& path) {
  const Found found = lookUp(tid, path);
  if (found.errorNumber == 0) return {true, EvidenceClass::kProcfs};
  if (missing(found)) return {false, EvidenceClass::kProcfs};
  return Field<bool>::unreadable(static_cast<std::uint16_t>(found.errorNumber));
}

bool canHaveFailed(pid_t tid, const std::string& path, std::uint16_t errorNumber,
                   const Field<bool>& exists) {
  if (!exists.known() || exists.value) return true;
  switch (errorNumber) {
    case EACCES:
    case EPERM:
    case ENOEXEC:
    case ETXTBSY:
      break;
    default:
      return true;  // no file is needed for it
  }
  return errorNumber == EACCES && endsInClosedFolder(tid, path);
}

}  // namespace exectrail::recorder
