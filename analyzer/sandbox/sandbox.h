// Takes from this process whatever it does not need to read traces and to write what it finds: a
// trace is made of what attackers typed. Files through Landlock, where the kernel has it; system
// calls through a seccomp filter. It holds for every thread that begins later, and for ever.
#pragma once

#include <string>
#include <vector>

#include "trace/file_descriptor.h"

namespace exectrail::analyzer {

struct SandboxNeeds {
  // Files, and folders with all below them. Of one that is not there yet, the nearest folder that
  // is.
  std::vector<std::string> read;
  // Folders whose files are made, written, replaced, removed, and read.
  std::vector<std::string> write;
  bool network = false;  // with the libraries that this loads
};

class Sandbox {
 public:
  // `files` and `systemCalls`: false where the kernel refuses, and why() says what.
  explicit Sandbox(const SandboxNeeds& needs);

  bool files() const { return files_; }
  bool systemCalls() const { return systemCalls_; }
  // Empty if nothing is missing.
  const std::string& why() const { return why_; }

 private:
  bool files_ = false;
  bool systemCalls_ = false;
  std::string why_;
  std::vector<FileDescriptor> kept_;  // files of /proc are others once nobody holds them
};

}  // namespace exectrail::analyzer
