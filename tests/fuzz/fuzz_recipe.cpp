// Any text at all as a recipe file: a program, or errors that can be shown.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "analyzer/compiler/program.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace exectrail::analyzer;
  Diagnostics diagnostics;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto program = compile({{"fuzz.yaml", text}}, diagnostics);
  if ((program == nullptr) == diagnostics.empty()) abort();
  if (diagnostics.format().empty() != diagnostics.empty()) abort();
  return 0;
}
