// Files that vanish with their owner, and files that appear only when they are whole.
#pragma once

#include <string>

namespace exectrail::replay {

// A fresh directory for this user only. Throws EnvironmentError.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// An open descriptor, closed with its owner.
class OwnedFd {
 public:
  explicit OwnedFd(int fd) : fd_(fd) {}
  ~OwnedFd();
  OwnedFd(const OwnedFd&) = delete;
  OwnedFd& operator=(const OwnedFd&) = delete;

  int get() const { return fd_; }

 private:
  int fd_;
};

// Creates `path`, which must not exist, for writing. Throws EnvironmentError.
int createFile(const std::string& path, unsigned mode);

}  // namespace exectrail::replay
