// Where alerts go: a file of which we know how much belongs to a checkpoint, or standard output, of
// which nobody can know what has arrived.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "trace/container/byte_sink.h"
#include "trace/file_descriptor.h"

namespace exectrail::analyzer {

class AlertOutput {
 public:
  // `path` empty: standard output. A file is made if it is not there (0640). Throws
  // EnvironmentError.
  explicit AlertOutput(const std::string& path);

  bool isFile() const { return file_.valid(); }

  // Takes back what was written after the checkpoint. False, and goes on at its end, if the file is
  // shorter than that: somebody has changed it.
  bool resumeAt(std::uint64_t bytes);

  void write(const std::string& text);
  void sync();  // from one thread at a time, also while another one writes
  std::uint64_t bytes() const { return bytes_; }  // of the file, or written so far

 private:
  FileDescriptor file_;
  std::string name_;
  trace::FdSink sink_;
  std::uint64_t bytes_ = 0;
  std::atomic<bool> synced_{true};
};

}  // namespace exectrail::analyzer
