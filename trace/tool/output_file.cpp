#include "trace/tool/output_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "trace/errors.h"
#include "trace/escape.h"

namespace exectrail::trace {

FileDescriptor openNew(const std::string& path) {
  if (path == "-") {
    if (::isatty(STDOUT_FILENO) == 1) {
      throw EnvironmentError("standard output is a terminal, and a trace is binary; name a file");
    }
    FileDescriptor copy(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3));
    if (!copy.valid()) throwErrno(errno, "cannot use standard output");
    return copy;
  }
  constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
  FileDescriptor fd(::open(path.c_str(), kFlags, 0600));
  if (!fd.valid() && errno == EEXIST) {
    throw EnvironmentError(quoteForTerminal(path) + " is there already; remove it or name another");
  }
  if (!fd.valid()) throwErrno(errno, "cannot write " + quoteForTerminal(path));
  return fd;
}

}  // namespace exectrail::trace
