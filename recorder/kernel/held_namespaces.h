// Keeps the files of this process's own namespaces open. While nobody does, the kernel makes an
// inode for each of them, and throws it away, for every record that names them: seven at each fork
// and exec (path_from_stashed() in fs/libfs.c). Those of containers are not held: that would keep
// them alive.
#pragma once

#include <vector>

#include "trace/file_descriptor.h"

namespace exectrail::recorder {

class HeldNamespaces {
 public:
  // What cannot be opened is not held, and costs more.
  HeldNamespaces();

 private:
  std::vector<FileDescriptor> files_;
};

}  // namespace exectrail::recorder
