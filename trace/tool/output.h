// Where a command puts the trace that it makes: a new file, or - for standard output.
#pragma once

#include <memory>
#include <string>

#include "trace/container/byte_sink.h"
#include "trace/file_descriptor.h"

namespace exectrail::trace {

class NewTrace {
 public:
  // Throws EnvironmentError if `path` exists: it may be evidence.
  explicit NewTrace(const std::string& path);

  // Takes an unfinished file away again.
  ~NewTrace();
  NewTrace(const NewTrace&) = delete;
  NewTrace& operator=(const NewTrace&) = delete;

  ByteSink& sink() { return *sink_; }
  void keep() { keep_ = true; }

 private:
  std::string path_;
  bool keep_ = false;
  FileDescriptor fd_;
  std::unique_ptr<FdSink> sink_;
};

}  // namespace exectrail::trace
