#include "trace/errors.h"

#include <cerrno>
#include <cstring>
#include <iostream>

namespace exectrail {

void throwErrno(int errorNumber, const std::string& what) {
  throw EnvironmentError(what + ": " + std::strerror(errorNumber));
}

void flushStandardOutput() {
  errno = 0;
  std::cout.flush();
  if (std::cout) return;
  if (errno != 0) throwErrno(errno, "cannot write standard output");
  throw EnvironmentError("cannot write standard output");
}

}  // namespace exectrail
