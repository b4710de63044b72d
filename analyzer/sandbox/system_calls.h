// Which system calls a process may use from now on, by seccomp.
#pragma once

namespace exectrail::analyzer {

// Of all threads. `network`: it may connect to other hosts, and load code. 0, or errno.
int restrictSystemCalls(bool network);

}  // namespace exectrail::analyzer
