#include "trace/errors.h"

#include <cstring>

namespace exectrail {

void throwErrno(int errorNumber, const std::string& what) {
  throw EnvironmentError(what + ": " + std::strerror(errorNumber));
}

}  // namespace exectrail
