// What the caller of execve meant: copied by the kernel during the call, or read from the caller's
// memory soon after it failed. Class `entry`, because its threads can change that memory, but for a
// copy of the kernel's own. For failed attempts there is nothing else.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "recorder/events/event.h"
#include "trace/record.h"

namespace exectrail::recorder {

// The first arguments as they were during a call: copied, or still to be read where they were.
struct CopiedArguments {
  std::vector<std::uint64_t> addresses;
  std::vector<std::optional<std::string>> strings;  // as many
  bool ended = false;                               // there are no others
};

struct EntryReading {
  std::uint64_t calledNs = 0;  // when the call began; 0: not known
  std::uint64_t endNs = 0;     // when memory had been read
  trace::Field<std::string> typedPath;
  trace::Field<std::vector<std::string>> arguments;
  CopiedArguments part;  // where `arguments` is not whole
  // Copied during the call: nothing that has become of the memory since can matter.
  bool pathCopied = false;
  bool argumentsCopied = false;
  trace::Field<std::string> workingDirectory;  // class procfs; exec does not change it
  // Whether the typed path names something, seen from the caller: an ENOENT then is not about it,
  // but about the interpreter it names.
  trace::Field<bool> targetExists;
};

// What `event` has no copy of.
EntryReading readEntry(const EnterEvent& event);

// The name that the kernel gives the file `path` of an execveat: "/dev/fd/3/x" below a descriptor.
std::string asKernelNames(std::int32_t directoryFd, std::string path);

}  // namespace exectrail::recorder
