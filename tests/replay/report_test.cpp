// The reports, byte for byte.
#include "replay/report/report.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "replay/support/shell_word.h"
#include "tests/replay/alert_builder.h"

namespace exectrail::replay {
namespace {

using analyzer::Severity;

constexpr const char* kRecipe = "exec_from_unusual_dir";

class ReportTest : public testing::Test {
 protected:
  ReportTest() {
    forged_.fire.push_back(expect(kRecipe, 1));
    forged_.fire[0].severity = Severity::kHigh;
    forged_.fire[0].executable = "/tmp/go-build1/evil";
    forged_.fire[0].lineage = {"go", "bash", "evil"};
    forged_.fire[0].reasons = {"temp"};
    unseen_.fire.push_back(expect(kRecipe, 1));
  }

  std::vector<Result> results() const {
    std::vector<Result> all;
    all.push_back(judge(
        {&forged_, ""},
        observed({alert(kRecipe, "/tmp/go-build1/evil")
                      .severity(Severity::kInfo)
                      .lineage({"go", "bash", "evil"})
                      .reason("go-test", "exempt", "file.path glob \"/tmp/go-build*/**\"  true",
                              "exec_from_unusual_dir.yaml:43")})));
    Observation lossy;
    lossy.gaps.push_back({{trace::Source::kTracefs, 14'210'000'000, 14'930'000'000, 214}, 1, 2});
    all.push_back(judge({&unseen_, "bash"}, lossy));
    all.push_back(
        judge({&noisy_, ""},
              observed({alert(kRecipe, "/tmp/x").reason("temp", "class high", "under /tmp")})));
    all.push_back(judge({&quiet_, ""}, observed({})));
    Result skipped;
    skipped.recording = {&skipped_, ""};
    skipped.verdict = Verdict::kSkip;
    skipped.skipReason = "needs eprobes; this kernel has none";
    all.push_back(skipped);
    for (Result& result : all) result.duration = std::chrono::milliseconds(4);
    return all;
  }

  Scenario forged_ = scenarioNamed("evasion/forged-go-build");
  Scenario unseen_ = scenarioNamed("attack/curl-then-run");
  Scenario noisy_ = scenarioNamed("benign/go-test");
  Scenario quiet_ = scenarioNamed("benign/apt-install");
  Scenario skipped_ = scenarioNamed("evasion/failed-exec-eprobe");
};

TEST_F(ReportTest, TextShowsWhatDidNotPassAsADifference) {
  std::ostringstream out;
  TextReport report(out, Detail::kProblems);
  for (const Result& result : results()) report.add(result);
  report.finish(total(results()));
  EXPECT_EQ(
      R"(FAIL          evasion/forged-go-build                                           4 ms
    exec_from_unusual_dir, exactly 1
  - expected  high     /tmp/go-build1/evil  go → bash → evil
  + got       info     /tmp/go-build1/evil  go(70) → bash(71) → evil(72)
    differs   reasons: expected temp, got [go-test]
    because   go-test             exempt          exec_from_unusual_dir.yaml:43
                file.path glob "/tmp/go-build*/**"  true
    rerun     exectrail replay run corpus/evasion/forged-go-build
INCONCLUSIVE  attack/curl-then-run (bash)                                       4 ms
    exec_from_unusual_dir, exactly 1
  - expected  any      any path
  + got       nothing like it
    gap       214 events, cpu 1, 14.210–14.930 s, tracefs, after exec 2
    rerun     exectrail replay run corpus/attack/curl-then-run
FAIL          benign/go-test                                                    4 ms
    exec_from_unusual_dir, expected silence
  + got       high     /tmp/x
    because   temp                class high
                under /tmp
    rerun     exectrail replay run corpus/benign/go-test
SKIP          evasion/failed-exec-eprobe   needs eprobes; this kernel has none
5 scenarios: 1 passed, 2 failed, 1 inconclusive, 1 skipped                     20 ms
unexpected alerts on 2 benign scenarios: 1 high, 0 medium
)",
      out.str());
}

TEST_F(ReportTest, OfTwoThatAreExpectedTheOneThatCameIsShown) {
  Scenario two = scenarioNamed("attack/twice");
  two.fire.push_back(expect(kRecipe, 2));
  two.fire[0].severity = Severity::kHigh;
  std::ostringstream out;
  TextReport(out, Detail::kProblems)
      .add(judge({&two, ""}, observed({alert(kRecipe, "/tmp/x"),
                                       alert(kRecipe, "/tmp/y").severity(Severity::kLow)})));
  EXPECT_EQ(
      R"(FAIL          attack/twice                                                      0 ms
    exec_from_unusual_dir, exactly 2; got 1
  - expected  high     any path
  + got       high     /tmp/x
  + got       low      /tmp/y
    rerun     exectrail replay run corpus/attack/twice
)",
      out.str());
}

TEST_F(ReportTest, VerboseTextShowsPassesAsWell) {
  std::ostringstream out;
  TextReport(out, Detail::kEverything).add(judge({&quiet_, ""}, observed({})));
  EXPECT_EQ(
      "PASS          benign/apt-install                                                0 ms\n",
      out.str());
}

TEST_F(ReportTest, JsonHasALineForEachResultAndOneForTheTotals) {
  std::ostringstream out;
  JsonReport report(out);
  for (const Result& result : results()) report.add(result);
  report.finish(total(results()));
  std::istringstream lines(out.str());
  std::vector<nlohmann::json> parsed;
  for (std::string line; std::getline(lines, line);) parsed.push_back(nlohmann::json::parse(line));
  ASSERT_EQ(6U, parsed.size());
  EXPECT_EQ("evasion/forged-go-build", parsed[0]["scenario"]);
  EXPECT_EQ("fail", parsed[0]["verdict"]);
  EXPECT_EQ("info", parsed[0]["findings"][0]["got"][0]["severity"]);
  EXPECT_EQ("go-test", parsed[0]["findings"][0]["got"][0]["reasons"][0]["name"]);
  EXPECT_EQ("inconclusive", parsed[1]["verdict"]);
  EXPECT_EQ("bash", parsed[1]["variant"]);
  EXPECT_EQ("needs eprobes; this kernel has none", parsed[4]["skip_reason"]);
  EXPECT_EQ(2, parsed[5]["totals"]["failed"]);
  EXPECT_EQ(1, parsed[5]["totals"]["unexpected_on_benign"]["high"]);
}

TEST_F(ReportTest, VariantsAreRecordingsOfOneScenario) {
  const Totals totals = total({judge({&quiet_, "dash"}, {}), judge({&quiet_, "bash"}, {})});
  EXPECT_EQ(1U, totals.scenarios);
  EXPECT_EQ(2U, totals.recordings);
  EXPECT_EQ(1U, totals.benign);
  std::ostringstream out;
  TextReport(out, Detail::kProblems).finish(totals);
  EXPECT_EQ(0U, out.str().find("1 scenario in 2 recordings: 2 passed, 0 failed"));
}

TEST_F(ReportTest, OnlyFailuresAndInconclusiveOnesKeepFromPassing) {
  EXPECT_TRUE(total({judge({&quiet_, ""}, {})}).allPassed());
  EXPECT_FALSE(total(results()).allPassed());
}

TEST_F(ReportTest, JUnitHasASuiteForEachCategory) {
  std::ostringstream out;
  JUnitReport report(out);
  report.rerunWith(" --recipes 'my recipes'");
  for (const Result& result : results()) report.add(result);
  Totals totals = total(results());
  totals.exercise.untested.push_back({"mine", "no passing scenario expects it to fire"});
  totals.exercise.notApplied.push_back({"other", "switched off (enabled: false)"});
  report.finish(totals);
  const std::string xml = out.str();
  EXPECT_EQ(0U, xml.find("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites "));
  const auto has = [&](const std::string& part) {
    EXPECT_NE(std::string::npos, xml.find(part)) << part << "\nis not in\n" << xml;
  };
  has("<testsuites name=\"exectrail replay\" tests=\"7\" failures=\"4\" errors=\"0\" "
      "skipped=\"2\"");
  has("<testsuite name=\"benign\" tests=\"2\" failures=\"1\" errors=\"0\" skipped=\"0\"");
  has("<testcase classname=\"attack\" name=\"curl-then-run (bash)\" file=\"\" time=\"0.004000\">");
  has("<failure type=\"inconclusive\" message=\"exec_from_unusual_dir, exactly 1\">");
  has("glob &quot;/tmp/go-build*/**&quot;  true");
  has("rerun     exectrail replay run corpus/benign/go-test --recipes 'my recipes'&#10;</failure>");
  has("<skipped message=\"needs eprobes; this kernel has none\"/>");
  has("<testcase classname=\"recipes\" name=\"mine\"><failure type=\"untested\"");
}

TEST_F(ReportTest, JUnitHoldsNothingThatXmlHasNoPlaceFor) {
  quiet_.name = "benign/a<b>&\"c\x01\xff";
  std::ostringstream out;
  JUnitReport report(out);
  report.add(judge({&quiet_, ""}, observed({})));
  report.finish({});
  EXPECT_NE(std::string::npos,
            out.str().find("name=\"a&lt;b&gt;&amp;&quot;c\xef\xbf\xbd\xef\xbf\xbd\""))
      << out.str();
}

TEST_F(ReportTest, MarkdownHasTheCountsAndWhatDidNotPass) {
  std::ostringstream out;
  MarkdownReport report(out);
  for (const Result& result : results()) report.add(result);
  report.finish(total(results()));
  EXPECT_EQ(0U, out.str().find(R"(### Replay: **failed**

| scenarios | recordings | passed | failed | inconclusive | skipped |
|---|---|---|---|---|---|
| 5 | 5 | 1 | 2 | 1 | 1 |

Unexpected alerts on 2 benign scenarios: 1 high, 0 medium.


```
FAIL          evasion/forged-go-build)"))
      << out.str();
  EXPECT_NE(std::string::npos, out.str().find("- skipped `evasion/failed-exec-eprobe`: needs"));
  EXPECT_EQ(std::string::npos, out.str().find("apt-install")) << "what passed is only counted";
}

TEST_F(ReportTest, MarkdownFencesAreLongerThanWhatIsInside) {
  std::ostringstream out;
  MarkdownReport report(out);
  report.add(judge({&noisy_, ""}, observed({alert(kRecipe, "/tmp/````")})));
  report.finish({});
  EXPECT_NE(std::string::npos, out.str().find("\n`````\nFAIL"));
}

TEST_F(ReportTest, MarkdownSaysWhatItLeavesOut) {
  std::ostringstream out;
  MarkdownReport report(out);
  for (int i = 0; i < 30; ++i) {
    report.add(judge({&noisy_, ""}, observed({alert(kRecipe, "/tmp/x")})));
  }
  report.finish({});
  std::size_t leftOut = 0;
  for (std::size_t at = 0; (at = out.str().find("not shown", at)) != std::string::npos; ++at) {
    ++leftOut;
  }
  EXPECT_EQ(10U, leftOut);
}

TEST_F(ReportTest, TextTellsWhatIsUntestedAndWarnings) {
  std::ostringstream out;
  TextReport report(out, Detail::kProblems);
  std::vector<Result> all = {
      judge({&noisy_, ""}, observed({alert(kRecipe, "/tmp/x")}), Unexpected::kWarn)};
  report.add(all[0]);
  Totals totals = total(all);
  totals.exercise.untested.push_back({"mine", "no passing scenario expects it to fire"});
  EXPECT_FALSE(totals.allPassed());
  report.finish(totals);
  EXPECT_EQ(
      R"(WARN          benign/go-test                                                    0 ms
    exec_from_unusual_dir, expected silence
  + got       high     /tmp/x
    rerun     exectrail replay run corpus/benign/go-test
FAIL          recipe mine: no passing scenario expects it to fire
1 scenario: 1 passed, 0 failed, 0 inconclusive, 0 skipped, 1 with a warning     0 ms
unexpected alerts on 1 benign scenario: 1 high, 0 medium
)",
      out.str());
}

TEST(RerunTest, WordsAreQuotedForAShell) {
  EXPECT_EQ("corpus/attack/x", shellWord("corpus/attack/x"));
  EXPECT_EQ("'a b'", shellWord("a b"));
  EXPECT_EQ("'a'\\''$(id)'", shellWord("a'$(id)"));
  EXPECT_EQ("''", shellWord(""));
}

// What `recorded` wanted and did not get.
Result notAsRecorded(const Scenario& scenario) {
  Result result;
  result.recording = {&scenario, ""};
  result.verdict = Verdict::kFail;
  Finding& finding = result.findings.emplace_back();
  finding.kind = FindingKind::kRecord;
  finding.what = "recorded exec, typed ./x, exactly 2";
  finding.deviations = {
      {"exec 71.1 at 0.010 s, ./x", "executable", "/tmp/x", "unknown (ENAMETOOLONG) [unknown]"},
      {"exec 71.1 at 0.010 s, ./x", "evidence.executable", "kernel or image", "unknown"},
      {"exec 72.1 at 0.020 s, ./x", "", "", ""}};
  return result;
}

TEST_F(ReportTest, TextShowsWhatIsOtherThanRecordedFactByFact) {
  std::ostringstream out;
  TextReport(out, Detail::kProblems).add(notAsRecorded(forged_));
  EXPECT_EQ(
      R"(FAIL          evasion/forged-go-build                                           0 ms
    recorded exec, typed ./x, exactly 2
    record    exec 71.1 at 0.010 s, ./x
  - expected  executable           /tmp/x
  + got       executable           unknown (ENAMETOOLONG) [unknown]
  - expected  evidence.executable  kernel or image
  + got       evidence.executable  unknown
    record    exec 72.1 at 0.020 s, ./x
    rerun     exectrail replay run corpus/evasion/forged-go-build
)",
      out.str());
}

TEST_F(ReportTest, JsonHasADeviationForEachFact) {
  std::ostringstream out;
  JsonReport(out).add(notAsRecorded(forged_));
  const nlohmann::json finding = nlohmann::json::parse(out.str())["findings"][0];
  EXPECT_EQ("recorded", finding["kind"]);
  ASSERT_EQ(3U, finding["deviations"].size());
  EXPECT_EQ((nlohmann::json{{"record", "exec 71.1 at 0.010 s, ./x"},
                            {"fact", "executable"},
                            {"expected", "/tmp/x"},
                            {"got", "unknown (ENAMETOOLONG) [unknown]"}}),
            finding["deviations"][0]);
}

}  // namespace
}  // namespace exectrail::replay
