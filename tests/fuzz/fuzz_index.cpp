// Any bytes at all as the index of a trace: refused, or an index that survives being written and read
// again, and answers every question.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "trace/index.h"
#include "trace/message.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace exectrail::trace;
  std::vector<std::uint64_t> words((size + 7) / 8);  // aligned as a reader has it
  if (size != 0) std::memcpy(words.data(), data, size);
  Index index;
  try {
    index = decodeIndex(reinterpret_cast<const std::byte*>(words.data()), size);
  } catch (const BadMessage&) {
    return 0;
  }
  const auto written = encodeIndex(index);
  const Index again = decodeIndex(written.data(), written.size());
  if (again.runs.size() != index.runs.size() || again.executables != index.executables) abort();
  const Header header;
  Selection selection;
  selection.pids = {1};
  selection.executables = {"/bin/sh"};
  for (const IndexedRun& run : index.runs) {
    if (index.runOf(run.firstFrame) != &run) abort();
    index.mayHold(run, selection, header);
    index.allows(run, Record());
  }
  return 0;
}
