// What `exectrail trace verify` prints about a trace.
#pragma once

#include <iosfwd>
#include <string>

#include "trace/container/verify.h"

namespace exectrail::trace {

struct VerifyOptions {
  std::string path;     // "-": standard input
  std::string keyPath;  // empty: none was given
  std::string head;     // hexadecimal digits, empty: none
};

// Returns the exit status: kExitDone if nothing speaks against the trace, kExitFound otherwise,
// kExitUsage if `head` is not one. Throws EnvironmentError.
int printVerification(const VerifyOptions& options, std::ostream& out);

}  // namespace exectrail::trace
