// Any text at all as scenario.yaml: a scenario, or errors that can be shown.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "replay/scenario/scenario_parser.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace exectrail;
  analyzer::Diagnostics diagnostics;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto scenario = replay::parseScenario({"fuzz.yaml", ".", "attack/fuzz", text}, diagnostics);
  if (scenario.has_value() != diagnostics.empty()) abort();
  if (replay::formatErrors(diagnostics).empty() != diagnostics.empty()) abort();
  return 0;
}
