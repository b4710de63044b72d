// `exectrail trace dump`: records as text or as JSON lines, all or some of them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace exectrail::trace {

struct DumpOptions {
  std::string path;  // "-": standard input
  bool json = false;
  std::vector<std::string>
      kinds;  // names; none: all as text, execs, failed attempts and gaps as JSON
  std::string from;
  std::string to;
  std::vector<std::uint32_t> pids;
  std::vector<std::string> executables;
  bool noIndex = false;
};

// Returns the exit status: kExitUsage for a kind or a time that is none. Throws EnvironmentError.
int runDump(const DumpOptions& options);

}  // namespace exectrail::trace
