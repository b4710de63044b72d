#include "analyzer/follow/alert_output.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "trace/errors.h"
#include "trace/escape.h"

namespace exectrail::analyzer {
namespace {

FileDescriptor openFile(const std::string& path) {
  if (path.empty()) return {};
  // Appending: also if somebody else has written to it, nothing is overwritten.
  FileDescriptor fd(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0640));
  if (!fd.valid()) throwErrno(errno, "cannot write alerts to " + trace::quoteForTerminal(path));
  return fd;
}

}  // namespace

AlertOutput::AlertOutput(const std::string& path)
    : file_(openFile(path)),
      name_(path.empty() ? "standard output" : trace::quoteForTerminal(path)),
      sink_(file_.valid() ? file_.get() : STDOUT_FILENO, name_) {
  struct stat status {};
  if (!file_.valid()) return;
  if (::fstat(file_.get(), &status) != 0) throwErrno(errno, "cannot look at " + name_);
  if (!S_ISREG(status.st_mode)) {
    throw EnvironmentError(name_ +
                           " is not a regular file; alerts go to one with --output, "
                           "to anything else by standard output");
  }
  bytes_ = static_cast<std::uint64_t>(status.st_size);
}

bool AlertOutput::resumeAt(std::uint64_t bytes) {
  if (!file_.valid()) return true;
  if (bytes_ < bytes) return false;
  if (bytes_ == bytes) return true;
  if (::ftruncate(file_.get(), static_cast<off_t>(bytes)) != 0) {
    throwErrno(errno, "cannot take back what was written to " + name_ + " after the checkpoint");
  }
  bytes_ = bytes;
  return true;
}

void AlertOutput::write(const std::string& text) {
  sink_.write(reinterpret_cast<const std::byte*>(text.data()), text.size());
  bytes_ += text.size();
  synced_ = false;
}

void AlertOutput::sync() {
  // What is written from here on counts as not synced, also if it is.
  if (!file_.valid() || synced_.exchange(true)) return;
  try {
    sink_.sync();
  } catch (...) {
    synced_ = false;
    throw;
  }
}

}  // namespace exectrail::analyzer
