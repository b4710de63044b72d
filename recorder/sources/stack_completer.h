// Reads from a process's memory what the kernel's copy of its stack does not hold, at once: a short
// program may be gone 100 microseconds after its exec.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "recorder/sources/stack_decoder.h"

namespace exectrail::recorder {

class StackCompleter {
 public:
  explicit StackCompleter(const StackDecoder& decoder) : decoder_(decoder) {}

  // `missing` is what decode() asked for. Decodes again, with what could be read or with the errno:
  // that of process_vm_readv(2) (ESRCH: the process is gone; EPERM), or ESTALE where its memory is
  // another image's by now. One system call, two for very long tables. Sets reading.endNs: an exec
  // of the same process before that time puts what has class `procfs` in doubt, though only where
  // the addresses of both images are the same (no randomisation).
  void complete(std::int32_t tgid, const StackDump& dump, std::vector<MemoryRange> missing,
                StackReading& reading);

 private:
  struct Part {
    MemoryRange range;
    std::size_t offset = 0;  // in bytes_
    std::size_t held = 0;    // of range.bytes
  };

  std::uint16_t read(std::int32_t tgid, const StackDump& dump,
                     const std::vector<MemoryRange>& missing);

  const StackDecoder& decoder_;
  std::vector<std::byte> bytes_;
  std::vector<Part> parts_;
};

}  // namespace exectrail::recorder
