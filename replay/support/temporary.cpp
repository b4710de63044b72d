#include "replay/support/temporary.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>

#include "trace/errors.h"

namespace exectrail::replay {

TemporaryDirectory::TemporaryDirectory() {
  std::error_code error;
  const std::filesystem::path base = std::filesystem::temp_directory_path(error);
  path_ = (error ? std::filesystem::path("/tmp") : base) / "exectrail-replay-XXXXXX";
  if (::mkdtemp(path_.data()) == nullptr) throwErrno(errno, "cannot make the directory " + path_);
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

OwnedFd::~OwnedFd() {
  if (fd_ >= 0) ::close(fd_);
}

int createFile(const std::string& path, unsigned mode) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (fd < 0) throwErrno(errno, "cannot write " + path);
  return fd;
}

}  // namespace exectrail::replay
