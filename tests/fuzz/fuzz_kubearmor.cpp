// Any text at all as a KubeArmor policy, in both readings of its patterns, where one container is
// known.
#include "tests/support/rules_any.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto workloads = [] {
    std::string problem;
    return exectrail::analyzer::Workloads::parse(
        "{\"" + std::string(64, 'a') +
            R"(": {"namespace": "shop", "pod": "p", "name": "php", "image": "example.org/blog:2",
                "labels": {"app": "blog"}}})",
        problem);
  }();
  using exectrail::analyzer::KubeArmorGlobs;
  exectrail::test::rulesFromAnyText(data, size, nullptr, KubeArmorGlobs::kTelemetry);
  return exectrail::test::rulesFromAnyText(data, size, workloads.get());
}
