// Any text as /proc/PID/stat and status: numbers that are there, or nothing.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "recorder/proc/proc_status.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace exectrail::recorder;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto stat = parseStat(text)) {
    if (stat->comm.size() + 2 > size || text.find(stat->comm) == text.npos) abort();
    if (!stat->attached && stat->sessionId != 0) abort();
  }
  if (parseStatus(text)) {
    for (const std::string_view key : {"Tgid:", "PPid:", "Uid:", "Gid:"}) {
      if (text.find(key) == text.npos) abort();
    }
  }
  return 0;
}
