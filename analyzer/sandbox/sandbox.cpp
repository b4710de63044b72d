#include "analyzer/sandbox/sandbox.h"

#include <sys/prctl.h>

#include <cerrno>
#include <cstring>

#include "analyzer/sandbox/file_access.h"
#include "analyzer/sandbox/system_calls.h"

namespace exectrail::analyzer {

Sandbox::Sandbox(const SandboxNeeds& needs) {
  // Both ask for it of whoever has no privilege; and nothing we run is to have more than we.
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
    why_ = std::string("the kernel refuses no_new_privs: ") + std::strerror(errno);
    return;
  }
  if (const int error = restrictFiles(needs, kept_); error == 0) {
    files_ = true;
  } else {
    why_ =
        std::string("it may open every file that its user may: Landlock: ") + std::strerror(error);
  }
  if (const int error = restrictSystemCalls(needs.network); error == 0) {
    systemCalls_ = true;
  } else {
    if (!why_.empty()) why_ += "; ";
    why_ += std::string("it may use every system call: seccomp: ") + std::strerror(error);
  }
}

}  // namespace exectrail::analyzer
