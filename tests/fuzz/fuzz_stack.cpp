// Any bytes at all as a new image's stack, with and without memory to complete it: never more than
// there is, and never complete and wrong in its count.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>
#include <vector>

#include "recorder/sources/stack_decoder.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace exectrail::recorder;
  constexpr std::size_t kHead = 12;
  if (size < kHead) return 0;
  // Bits, where the stack is, and how much of it is in the kernel's copy.
  const bool is32Bit = (data[0] & 1) != 0;
  std::uint16_t dumped = 0;
  std::uint64_t pointer = 0;
  std::memcpy(&dumped, data + 2, sizeof dumped);
  std::memcpy(&pointer, data + 4, sizeof pointer);
  const auto stack = std::as_bytes(std::span(data + kHead, size - kHead));
  const StackDump dump = {pointer, is32Bit,
                          stack.first(std::min<std::size_t>(dumped, stack.size()))};
  const StackDecoder decoder({"PATH", "LD_PRELOAD"});
  StackReading reading;
  const MemoryPiece all = {pointer, stack};
  std::vector<MemoryPiece> pieces;
  for (int round = 0; round < 3; ++round) {
    reading = {};
    const auto missing = decoder.decode(dump, {pieces, 0}, reading);
    if (missing.size() > 6) abort();
    for (const MemoryRange& range : missing) {
      if (range.bytes > (128U << 10)) abort();
      const auto found = all.from(range.address);
      pieces.push_back(
          {range.address, found.first(std::min<std::size_t>(range.bytes, found.size()))});
    }
    const auto& arguments = reading.arguments;
    if (arguments.known() && !arguments.evidence.truncated() &&
        arguments.value.size() != reading.argumentShape.value.count) {
      abort();
    }
  }
  isSameStack(dump, stack.first(std::min<std::size_t>(stack.size(), 64)));
  return 0;
}
