// Any text as /proc/PID/cgroup: what is found in it is a part of it.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "recorder/proc/cgroup.h"

namespace {

void requirePart(std::string_view part, std::string_view whole) {
  if (part.empty()) return;
  if (part.data() < whole.data() || part.data() + part.size() > whole.data() + whole.size())
    abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace exectrail::recorder;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  requirePart(containerIdOf(text), text);
  requirePart(containerIdIn(text), text);
  if (const auto path = cgroupPath(text)) {
    requirePart(*path, text);
    if (path->empty() != text.empty()) abort();
    if (!path->empty() && !path->starts_with('/')) abort();
    if (path->find('\n') != path->npos) abort();
  }
  return 0;
}
