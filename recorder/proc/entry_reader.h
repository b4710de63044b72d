// What the caller of execve meant, read from its memory while it is inside the call: class `entry`,
// because another of its threads can change that memory. For failed attempts there is nothing else.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "recorder/event.h"
#include "trace/record.h"

namespace exectrail::recorder {

struct EntryReading {
  std::uint64_t endNs = 0;
  trace::Field<std::string> typedPath;
  trace::Field<std::vector<std::string>> arguments;
  trace::Field<std::string> workingDirectory;  // class procfs; exec does not change it
};

EntryReading readEntry(const EnterEvent& event);

}  // namespace exectrail::recorder
