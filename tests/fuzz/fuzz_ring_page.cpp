// Any bytes at all as a page of the kernel's ring buffer: events no larger than the page, all of
// whose bytes can be read, or refused.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "recorder/kernel/ring_page.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace exectrail::recorder;
  const std::span page(reinterpret_cast<const std::byte*>(data), size);
  volatile unsigned sum = 0;  // so that the bytes really are read
  RingPageDecoder decoder;
  decoder.decode(page, {[](std::uint64_t, std::uint64_t) {},
                        [&](std::uint64_t, std::span<const std::byte> raw) {
                          if (raw.size() > size) abort();
                          for (const std::byte byte : raw) sum = sum + unsigned(byte);
                        }});
  return 0;
}
