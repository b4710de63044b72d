// Where the bytes of a trace go: a new file of our own, a pipe, or standard output.
#pragma once

#include <memory>
#include <string>

#include "recorder/notify.h"
#include "trace/container/byte_sink.h"
#include "trace/file_descriptor.h"

namespace exectrail::recorder {

// Where the file at `path` lies: "a/" of "a/b", "." of "b".
std::string folderOf(const std::string& path);

class Output {
 public:
  // `path` "-" is standard output, which must not be a terminal. A file is made with mode 0600, not
  // through a symbolic link, and belongs to the user who called sudo; a regular file that is there
  // already is kept as PATH.old, which `notify` is told, as is a folder where others could replace
  // it. A file is locked: two recorders do not write one. Throws EnvironmentError.
  Output(const std::string& path, const Notify& notify);

  trace::ByteSink& sink() { return *sink_; }

  // The file that was made, locked as long as this is open. None if it is another's: a pipe, a
  // device, standard output.
  FileDescriptor hold() const;

  // Whoever waits in sink() for the reader of a pipe gives up, now and later. From any thread.
  void abandon();

 private:
  bool named_;  // not standard output
  FileDescriptor fd_;
  FileDescriptor stop_;  // eventfd
  std::unique_ptr<trace::ByteSink> sink_;
};

}  // namespace exectrail::recorder
