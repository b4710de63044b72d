// The tables at the foot of a new image's stack: argc, pointers and the auxiliary vector. They say
// where the strings are, and tell one image's memory from another's. Pure.
//
// The kernel lays the stack out so (create_elf_tables in fs/binfmt_elf.c, copy_strings in
// fs/exec.c), from SP upwards: argc; argv pointers, NULL; envp pointers, NULL; auxiliary vector;
// a random gap; then without holes the strings of argv, of the environment, and the path.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "trace/record.h"

namespace exectrail::recorder {

// Bytes of a process's memory and where they stood.
struct MemoryPiece {
  std::uint64_t address = 0;
  std::span<const std::byte> bytes;

  // From `at` to the end of the piece; empty if it does not hold that address.
  std::span<const std::byte> from(std::uint64_t at) const;
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

  std::uint64_t wordBytes() const { return is32Bit ? 4 : 8; }
};

struct StackTables {
  std::optional<std::uint64_t> argc;
  std::optional<std::uint64_t> argvBegin;  // address of the first string; 0: there is none
  std::optional<std::uint64_t> envpBegin;  // the same of the environment
  // Of the auxiliary vector. Nothing: it was not read to its end, or has no such entry.
  std::optional<bool> secure;
  std::optional<trace::Credentials> credentials;
  std::uint64_t pathAddress = 0;
  std::uint64_t randomAddress = 0;
  std::uint64_t end = 0;  // address behind the auxiliary vector; 0: it was not read to its end
};

// `pieces` are looked at where the dump ends too early.
StackTables readStackTables(const StackDump& dump, std::span<const MemoryPiece> pieces);

// What to read of a process together with its strings, so as to see whether it is still the image
// of the dump; and whether what was read there says so. One process_vm_readv(2) holds one image's
// memory, and the kernel places the tables at random; a program that has moved its own (a dynamic
// loader that was given a program does) is recognised by the addresses in its auxiliary vector.
MemoryRange stackAnchor(const StackDump& dump);
bool isSameStack(const StackDump& dump, std::span<const std::byte> anchor);

}  // namespace exectrail::recorder
