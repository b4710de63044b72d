// The table and the JSON of `record --probe` for given probes, and that the probes of this host can
// be taken without a privilege.
#include "recorder/probe/probe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "recorder/probe/host_probes.h"

namespace exectrail::recorder {
namespace {

using testing::HasSubstr;

Probe probe(const char* what, ProbeState state, bool required) {
  return {what, state, "found text", "matters text", "remedy text", required};
}

TEST(Probe, OnlyWhatIsRequiredAndMissingForbidsRecording) {
  EXPECT_TRUE(canRecord({}));
  EXPECT_TRUE(canRecord({probe("a", ProbeState::kNo, false), probe("b", ProbeState::kPartly, true),
                         probe("c", ProbeState::kYes, true)}));
  EXPECT_FALSE(canRecord({probe("a", ProbeState::kYes, true), probe("b", ProbeState::kNo, true)}));
}

TEST(Probe, TableSaysWhyAndWhatToDoWhereSomethingIsMissing) {
  EXPECT_EQ(probeTable({probe("tracefs", ProbeState::kYes, true),
                        probe("perf", ProbeState::kPartly, false)},
                       100),
            "WHAT     STATE   FOUND, WHY IT MATTERS, WHAT TO DO\n"
            "tracefs  yes     found text\n"
            "perf     partly  found text\n"
            "                 without it: matters text\n"
            "                 do: remedy text\n"
            "\n"
            "This host can be recorded.\n");
  EXPECT_THAT(probeTable({probe("tracefs", ProbeState::kNo, true),
                          probe("root", ProbeState::kNo, true), probe("x", ProbeState::kNo, false)},
                         100),
              HasSubstr("\nThis host cannot be recorded for want of: tracefs, root\n"));
}

TEST(Probe, TableBreaksLongTextsAtSpaces) {
  Probe wordy{.what = "a", .state = ProbeState::kYes};
  wordy.found = "one two three four five six seven " + std::string(40, 'x') + " eight";
  EXPECT_EQ(probeTable({wordy}, 38),
            "WHAT  STATE   FOUND, WHY IT MATTERS, WHAT TO DO\n"
            "a     yes     one two three four five\n"
            "              six seven\n"
            "              " +
                std::string(40, 'x') +
                "\n"
                "              eight\n"
                "\n"
                "This host can be recorded.\n");
}

TEST(Probe, JsonHoldsTheSame) {
  Probe odd = probe("tracefs", ProbeState::kNo, true);
  odd.found = "/mnt/\xff";  // not UTF-8
  const auto json = nlohmann::json::parse(probeJson({odd}));
  EXPECT_EQ(json["recording_possible"], false);
  ASSERT_EQ(json["probes"].size(), 1U);
  EXPECT_EQ(json["probes"][0]["what"], "tracefs");
  EXPECT_EQ(json["probes"][0]["state"], "no");
  EXPECT_EQ(json["probes"][0]["found"], "/mnt/\uFFFD");
  EXPECT_EQ(json["probes"][0]["matters"], "matters text");
  EXPECT_EQ(json["probes"][0]["remedy"], "remedy text");
  EXPECT_EQ(json["probes"][0]["required"], true);
}

TEST(Probe, ASourceSpeaksForItself) {
  EXPECT_EQ(sourceProbe(trace::Source::kPerf, std::nullopt, "arguments").state, ProbeState::kYes);
  const Probe no = sourceProbe(trace::Source::kDynamic, "no eprobes", "failed paths");
  EXPECT_EQ(no.what, "source dynamic");
  EXPECT_EQ(no.state, ProbeState::kNo);
  EXPECT_EQ(no.found, "no eprobes");
  EXPECT_EQ(no.matters, "failed paths");
}

TEST(Probe, EveryProbeOfAHostSaysWhatItFoundAndWhatIsMissingWithoutIt) {
  const std::vector<Probe> probes = probeHost();
  EXPECT_GE(probes.size(), 10U);
  for (const Probe& one : probes) {
    EXPECT_NE(one.what, "");
    EXPECT_NE(one.found, "") << one.what;
    EXPECT_TRUE(one.state == ProbeState::kYes || !one.matters.empty()) << one.what;
  }
}

}  // namespace
}  // namespace exectrail::recorder
