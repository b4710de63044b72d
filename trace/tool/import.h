// `exectrail trace import`.
#pragma once

#include <string>

namespace exectrail::trace {

struct ImportOptions {
  std::string from;  // auditd, laurel or sysmon
  std::string path;  // "-": standard input
  std::string out;   // empty: named after the log, in the working folder
  std::string host;
};

// Returns the exit status: kExitEnvironment if part of the log could not be read; the trace then
// has gaps at those places. Throws EnvironmentError.
int runImport(const ImportOptions& options);

}  // namespace exectrail::trace
