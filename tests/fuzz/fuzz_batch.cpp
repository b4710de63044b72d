// Any bytes at all, taken for the Cap'n Proto message of a batch: what the reader decodes of frames
// that are intact, without the container that fuzz_trace.cpp sets right around it, and so faster.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "trace/batch.h"
#include "trace/run_tables.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace exectrail::trace;
  std::vector<std::uint64_t> aligned(size / 8);
  if (aligned.empty()) return 0;
  std::memcpy(aligned.data(), data, aligned.size() * 8);
  try {
    ReadTables tables;
    const BatchView view = BatchView::open(reinterpret_cast<const std::byte*>(aligned.data()),
                                           aligned.size() * 8, true, tables);
    Record record;
    for (std::size_t i = 0; i < view.size(); ++i) view.decode(i, record);
  } catch (const BadMessage&) {
  }
  return 0;
}
