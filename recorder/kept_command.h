// COMMAND as a trace's header keeps it. Each segment has a header, and whoever looks at one reads
// it whole: of a command line that is too long for that, head and tail are kept, as of every argv.
#pragma once

#include <string>
#include <vector>

namespace exectrail::recorder {

struct KeptCommand {
  std::vector<std::string> words;
  std::string note;  // what is missing; empty: nothing
};

KeptCommand keepCommand(const std::vector<std::string>& command);

}  // namespace exectrail::recorder
