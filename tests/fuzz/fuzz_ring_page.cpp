// Any bytes at all as a page of the kernel's ring buffer: events that lie within the page, or
// refused.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

#include "recorder/kernel/ring_page.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace exectrail::recorder;
  // A copy of its own, so that the sanitizer sees a read one byte behind the end.
  const auto* bytes = reinterpret_cast<const std::byte*>(data);
  const std::vector<std::byte> page(bytes, bytes + size);
  RingPageDecoder decoder;
  decoder.decode(page, {[](std::uint64_t, std::uint64_t) {},
                        [&](std::uint64_t, std::span<const std::byte> raw) {
                          if (raw.empty()) return;
                          if (raw.data() < page.data()) abort();
                          if (raw.data() + raw.size() > page.data() + page.size()) abort();
                        }});
  return 0;
}
