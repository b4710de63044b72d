// Any bytes, imported as a log of sysmon: refused, or a trace that is whole and in order of time.
#include "tests/fuzz/import_any.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  exectrail::test::importAny(exectrail::trace::SensorKind::kSysmon, data, size);
  return 0;
}
