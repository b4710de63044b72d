// The terminal of this process as a full screen, in escape sequences that every terminal of the
// last decades knows. It is left as it was found: at the end, on an exception, when stopped by
// Ctrl-Z, and by a crash.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "analyzer/top/screen.h"
#include "trace/file_descriptor.h"

namespace exectrail::analyzer {

class Terminal {
 public:
  // One at a time. Throws EnvironmentError if this process has no terminal.
  explicit Terminal(bool colour);
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  int descriptor() const { return fd_.get(); }
  std::size_t rows() const;

  // What was typed since the last call. Does not wait.
  std::string read() const;

  // Shows these lines, each cut at the width of the terminal.
  void paint(const std::vector<ScreenLine>& lines) const;

  // Gives the terminal back, stops this process, and takes it again when it is continued.
  void suspend();

 private:
  void take();
  void give();

  FileDescriptor fd_;
  bool colour_;
};

}  // namespace exectrail::analyzer
