// Where the trace goes: a new file of our own, or standard output.
#pragma once

#include <string>

#include "trace/file_descriptor.h"
#include "trace/writer.h"

namespace exectrail::recorder {

class Output {
 public:
  // `path` "-" is standard output, which must not be a terminal. A file is made with mode 0600, not
  // through a symbolic link, and belongs to the user who called sudo; a regular file that is there
  // already is kept as PATH.old. Throws EnvironmentError.
  explicit Output(const std::string& path);

  trace::ByteSink& sink() { return sink_; }
  const std::string& keptOld() const { return keptOld_; }  // empty: nothing was there

  // After the last byte: everything is on disk. Throws EnvironmentError.
  void sync();

 private:
  bool standardOutput_;
  std::string name_;
  std::string keptOld_;
  FileDescriptor fd_;
  trace::FdSink sink_;
};

}  // namespace exectrail::recorder
