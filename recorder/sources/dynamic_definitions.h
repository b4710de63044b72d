// What our dynamic events copy, as definitions for the kernel (kprobetrace.rst and eprobetrace.rst
// of its documentation). Pure text; recorder/kernel/dynamic_events.h hands it over.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace exectrail::recorder {

// Strings of argv that an entry's copy holds. Each costs every execve some 0.1 µs if it is there
// and 0.8 µs if the array has ended before; what is missing is read from the caller's memory.
inline constexpr std::size_t kCopiedArguments = 8;

// Names of the events in their group.
inline constexpr const char* kExecveCopy = "execve";
inline constexpr const char* kExecveatCopy = "execveat";
inline constexpr const char* kOpen = "open";

struct DynamicDefinition {
  std::string name;
  std::string system;  // of the event that is copied from; empty: `target` is a kernel function
  std::string target;
  std::string fetch;

  // The line by which the kernel shows it in its file dynamic_events.
  std::string line(const std::string& group) const;
};

// At system-call entry: file name and argv as the caller's memory holds them. Fields: the addresses
// `filename` and `argv`, the first pointers of argv as `pointers`, the strings `file`, `a0`, `a1`…
// A pointer that could not be read is whatever the buffer held before; a string that could not be
// read, or is empty, has no bytes. Past the end of argv there may be any pointers and strings.
std::vector<DynamicDefinition> entryDefinitions();

// Where the kernel opens a file to run it: its own copy of the path, `file`, and the descriptor
// that it is relative to, `fd`.
DynamicDefinition openDefinition();

}  // namespace exectrail::recorder
