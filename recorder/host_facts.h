// What the header of a trace says about this host, and whether this is a place to record from.
#pragma once

#include <cstdint>
#include <vector>

#include "trace/metadata.h"

namespace exectrail::recorder {

trace::Host readHost();

// Users of a file as passwd(5) describes it. No name service is asked: it could be anywhere, and
// take any time.
struct UserList {
  std::vector<trace::User> users;
  std::uint64_t leftOut = 0;  // lines that are no user, or more than are kept
  int errorNumber = 0;        // 0: the file was read
};
UserList readUsers(const char* path);
trace::ClockReading readClocks();
trace::Uuid randomUuid();

// Throws EnvironmentError outside the initial pid namespace: the pids of tracepoints are global,
// those of a /proc seen from inside a container are not.
void requireInitialPidNamespace();

}  // namespace exectrail::recorder
