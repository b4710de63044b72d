// How far an analysis of a folder has come: a place in the traces and one in the file of alerts
// which belong together. What the engine knew there is not in it: that is had again by reading the
// recording from its first segment on, without saying anything. The same records give the same
// state, and there is no second form of it that could be wrong (docs/operations.md has what it
// costs).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "analyzer/follow/position.h"
#include "trace/file_descriptor.h"

namespace exectrail::analyzer {

struct Checkpoint {
  Position position;
  std::uint64_t outputBytes = 0;   // of the file of alerts
  std::string inputsSha256;        // of the program that was applied
  std::uint64_t outputNumber = 0;  // of files of alerts that were finished before this one
};

// Nothing if there is no such file. Throws EnvironmentError if it cannot be read or is not one.
std::optional<Checkpoint> readCheckpoint(const std::string& path);

// Until it is closed, nobody else goes on from this checkpoint: PATH.lock is held. Throws
// EnvironmentError if somebody does.
FileDescriptor lockCheckpoint(const std::string& path);

// Whole or not at all, also when the power fails. Throws EnvironmentError.
void writeCheckpoint(const std::string& path, const Checkpoint& checkpoint);

}  // namespace exectrail::analyzer
