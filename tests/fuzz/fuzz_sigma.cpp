// Any text at all as a file of Sigma rules.
#include "tests/support/rules_any.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return exectrail::test::rulesFromAnyText(data, size);
}
