// Any bytes at all, read as a trace: refused with a message or read to an end with a verdict about
// it, and dumped. Never a crash, never more memory than there are bytes for.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <sstream>

#include "trace/dump.h"
#include "trace/errors.h"
#include "trace/reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace exectrail::trace;
  try {
    const auto reader = openTraceBytes({reinterpret_cast<const char*>(data), size}, "fuzz");
    std::ostringstream out;
    dumpText(*reader, out);
    const bool whole = reader->state().completeness == Completeness::kComplete;
    if (whole != reader->state().problem.empty() || (whole && !reader->end())) abort();
  } catch (const exectrail::EnvironmentError&) {
  }
  return 0;
}
