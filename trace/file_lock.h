// Keeps a file or folder to one program: a lock that lasts as long as the descriptor is open.
#pragma once

#include <sys/file.h>

#include <cerrno>
#include <string>

#include "trace/errors.h"

namespace exectrail {

// Locks what is open as `fd`; `name` is what messages call it. False if somebody else has it.
// Throws EnvironmentError where nothing can be locked.
inline bool lockAlone(int fd, const std::string& name) {
  if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return true;
  if (errno != EWOULDBLOCK) throwErrno(errno, "cannot lock " + name);
  return false;
}

}  // namespace exectrail
