// A new image's first stack -> argv, wanted environment, AT_SECURE, AT_EXECFN. Pure: works on
// pieces of memory and says which others it needs; reading them is somebody else's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "recorder/events/stack_reading.h"
#include "recorder/sources/stack_tables.h"

namespace exectrail::recorder {

// Of an argv that is longer than both together, head and tail are kept.
inline constexpr std::size_t kArgumentHeadBytes = std::size_t{16} << 10;
inline constexpr std::size_t kArgumentTailBytes = std::size_t{4} << 10;
// How much of the environment is searched for the wanted names, and kept of each "NAME=value".
inline constexpr std::size_t kEnvironmentBytes = std::size_t{64} << 10;
inline constexpr std::size_t kVariableBytes = std::size_t{4} << 10;

// What was read from the process after the dump was found to be too short: by process_vm_readv(2),
// the image's identity checked. `errorNumber`: why there is nothing, or no more.
struct StackMemory {
  std::span<const MemoryPiece> pieces;
  std::uint16_t errorNumber = 0;
};

class StackDecoder {
 public:
  explicit StackDecoder(std::vector<std::string> environmentNames);

  // Fills all of `reading` but endNs. Values that come from the dump alone have class `image`, the
  // others `procfs`; the errno of what could not be had is EFAULT where the dump ends before it,
  // EBADMSG where the tables make no sense, ESTALE where the process has written over its strings,
  // or that of `memory`.
  //
  // Returns the ranges of memory that would say more, in ascending order: at most six, each of
  // them bounded by the constants above. Once they are read, decode again: what a table says may
  // lead to strings that were not known of before, a second and last time.
  std::vector<MemoryRange> decode(const StackDump& dump, const StackMemory& memory,
                                  StackReading& reading) const;

 private:
  std::vector<std::string> environmentNames_;
};

}  // namespace exectrail::recorder
