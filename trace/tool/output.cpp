#include "trace/tool/output.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "trace/errors.h"
#include "trace/escape.h"

namespace exectrail::trace {

NewTrace::NewTrace(const std::string& path) : path_(path) {
  const bool standard = path == "-";
  const std::string name = standard ? "standard output" : quoteForTerminal(path);
  if (standard && ::isatty(STDOUT_FILENO) == 1) {
    throw EnvironmentError(
        "standard output is a terminal and a trace is binary; name a file with -o");
  }
  fd_ = FileDescriptor(
      standard ? ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)
               : ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd_.valid() && errno == EEXIST) {
    throw EnvironmentError(name +
                           " exists already, and may be evidence; name another file with -o");
  }
  if (!fd_.valid()) throwErrno(errno, "cannot write " + name);
  keep_ = standard;
  sink_ = std::make_unique<FdSink>(fd_.get(), name);
}

NewTrace::~NewTrace() {
  if (!keep_) ::unlink(path_.c_str());
}

}  // namespace exectrail::trace
