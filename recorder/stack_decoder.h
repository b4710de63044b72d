// A new image's first stack -> argv, environment, auxiliary vector. Pure: works on pieces of
// memory, and says which others it needs; reading them is somebody else's.
//
// The kernel lays it out so (create_elf_tables in fs/binfmt_elf.c, copy_strings in fs/exec.c), from
// SP upwards: argc; argv pointers, NULL; envp pointers, NULL; auxiliary vector; a random gap; then,
// without holes, the strings of argv, those of the environment, and the path (AT_EXECFN).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "recorder/stack_reading.h"

namespace exectrail::recorder {

inline constexpr std::size_t kArgumentHeadBytes = std::size_t{16} << 10;
inline constexpr std::size_t kArgumentTailBytes = std::size_t{4} << 10;
inline constexpr std::size_t kEnvironmentBytes = std::size_t{64} << 10;  // searched for the names
inline constexpr std::size_t kEnvironmentValueBytes = std::size_t{4} << 10;  // kept of "NAME=value"

// Bytes of a process's memory and where they stood.
struct MemoryPiece {
  std::uint64_t address = 0;
  std::span<const std::byte> bytes;
};

struct MemoryRange {
  std::uint64_t address = 0;
  std::uint64_t bytes = 0;
  friend bool operator==(const MemoryRange&, const MemoryRange&) = default;
};

// The kernel's copy: it starts at the stack pointer and ends where a page was not present.
struct StackDump {
  std::uint64_t stackPointer = 0;
  bool is32Bit = false;
  std::span<const std::byte> bytes;
};

// What was read from the process later. `errorNumber`: why there is no more.
struct StackMemory {
  std::span<const MemoryPiece> pieces;
  std::uint16_t errorNumber = 0;
};

class StackDecoder {
 public:
  explicit StackDecoder(std::vector<std::string> environmentNames);

  // Fills `reading` (but for endNs) with what dump and memory hold, and `missing` with the ranges
  // of memory that would say more: few, in ascending order, each bounded. Those that are wanted to
  // see whether the memory is still that image's are not among them: see anchor().
  void decode(const StackDump& dump, const StackMemory& memory, StackReading& reading,
              std::vector<MemoryRange>& missing) const;

  // What to read together with anything missing, and whether the result shows the same image: its
  // tables stand where they stood, at addresses that the kernel chooses at random for each image.
  // A program that has moved its own tables (a dynamic loader does) is recognised as well.
  static MemoryRange anchor(const StackDump& dump);
  static bool sameImage(const StackDump& dump, std::span<const std::byte> anchorNow);

 private:
  std::vector<std::string> environmentNames_;
};

}  // namespace exectrail::recorder
