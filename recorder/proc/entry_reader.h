// What the caller of execve meant, read from its memory during the call or soon after it failed:
// class `entry`, because its threads can change that memory. For failed attempts there is often
// nothing else.
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
  // Whether the typed path names something, seen from the caller: an ENOENT then is not about it,
  // but about the interpreter it names.
  trace::Field<bool> targetExists;
};

EntryReading readEntry(const EnterEvent& event);

}  // namespace exectrail::recorder
