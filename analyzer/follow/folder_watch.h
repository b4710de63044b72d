// What a follower waits for: bytes or files that appear in a folder, and signals. Also says which
// trace files are there.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "trace/file_descriptor.h"

namespace exectrail::analyzer {

class FolderWatch {
 public:
  // Blocks SIGTERM, SIGINT and SIGHUP for the process, which then are seen here only. Throws
  // EnvironmentError.
  explicit FolderWatch(const std::string& folder);

  // Another folder or file that asks for a reload when it changes: recipes.
  void watchRecipes(const std::string& path);

  // Wakes wait() as well.
  void watchDescriptor(int fd) { other_ = fd; }

  // Until something has changed, a signal arrives, or so much time has passed (0: looks only).
  void wait(int milliseconds);

  bool stopped() const { return stopped_; }
  bool takeReload();         // somebody asked for one since the last call
  bool takeFolderChanged();  // a file has come, gone or been renamed

 private:
  void readSignals();
  void readEvents();

  FileDescriptor signals_;
  FileDescriptor events_;
  int other_ = -1;
  int folder_ = -1;  // its watch
  bool stopped_ = false;
  bool reload_ = false;
  bool folderChanged_ = true;
};

// Names of the trace files in a folder, in their order. Throws EnvironmentError.
std::vector<std::string> tracesIn(const std::string& folder);

bool isFolder(const std::string& path);

// More is there than the room for a header's head: what is shorter was begun and never written.
bool isBegunTrace(const std::string& path);

}  // namespace exectrail::analyzer
