// What passes, what fails, and what missing evidence excuses.
#include "replay/verdict/verdict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/replay/alert_builder.h"

namespace exectrail::replay {
namespace {

using analyzer::Severity;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kRecipe = "exec_from_unusual_dir";

class VerdictTest : public testing::Test {
 protected:
  Result judged(const Observation& observation) const {
    return judge({&scenario_, ""}, observation);
  }
  void expectOne(Severity severity) {
    scenario_.fire.push_back(expect(kRecipe, 1));
    scenario_.fire.back().severity = severity;
  }
  static Observation withGap(Observation observation) {
    observation.gaps.push_back(
        {{trace::Source::kTracefs, 14'210'000'000, 14'930'000'000, 214}, 1, 2});
    return observation;
  }
  static Observation undecided(Observation observation) {
    observation.summary.recipes[kRecipe].inconclusive = 1;
    observation.unresolved = {"./x"};
    return observation;
  }

  Scenario scenario_ = scenarioNamed("attack/example");
};

TEST_F(VerdictTest, ExpectedAlertAndOtherwiseSilencePass) {
  expectOne(Severity::kHigh);
  const Result result = judged(observed({alert(kRecipe, "/tmp/x")}));
  EXPECT_EQ(Verdict::kPass, result.verdict);
  EXPECT_THAT(result.findings, IsEmpty());
}

TEST_F(VerdictTest, NothingInsteadOfTheExpectedAlertFails) {
  expectOne(Severity::kHigh);
  const Result result = judged(observed({}));
  EXPECT_EQ(Verdict::kFail, result.verdict);
  ASSERT_EQ(1U, result.findings.size());
  EXPECT_EQ(FindingKind::kCount, result.findings[0].kind);
  EXPECT_EQ("exec_from_unusual_dir, exactly 1", result.findings[0].what);
  EXPECT_THAT(result.findings[0].got, IsEmpty());
}

TEST_F(VerdictTest, OneAlertTooManyFailsAndShowsAll) {
  expectOne(Severity::kHigh);
  const Result result = judged(observed({alert(kRecipe, "/tmp/x"), alert(kRecipe, "/tmp/y")}));
  EXPECT_EQ(Verdict::kFail, result.verdict);
  ASSERT_EQ(1U, result.findings.size());
  EXPECT_EQ("exec_from_unusual_dir, exactly 1; got 2", result.findings[0].what);
  EXPECT_EQ(2U, result.findings[0].got.size());
}

TEST_F(VerdictTest, AtLeastAndAtMostAreBounds) {
  scenario_.fire.push_back(expect(kRecipe, 1));
  scenario_.fire.back().count = {1, 2};
  const analyzer::Alert one = alert(kRecipe, "/tmp/x");
  EXPECT_EQ(Verdict::kFail, judged(observed({})).verdict);
  EXPECT_EQ(Verdict::kPass, judged(observed({one})).verdict);
  EXPECT_EQ(Verdict::kPass, judged(observed({one, one})).verdict);
  EXPECT_EQ(Verdict::kFail, judged(observed({one, one, one})).verdict);
}

TEST_F(VerdictTest, WrongSeverityIsOneFindingNotTwo) {
  expectOne(Severity::kCritical);
  const Result result = judged(observed({alert(kRecipe, "/tmp/x")}));
  EXPECT_EQ(Verdict::kFail, result.verdict);
  ASSERT_EQ(1U, result.findings.size());
  ASSERT_EQ(1U, result.findings[0].got.size());
  EXPECT_THAT(result.findings[0].got[0].differences,
              ElementsAre("severity: expected critical, got high"));
  EXPECT_EQ(1U, result.unexpected[static_cast<std::size_t>(Severity::kHigh)]);
}

TEST_F(VerdictTest, AnAlertWhereSilenceWasExpectedFails) {
  const Result result = judged(observed({alert("shell_from_server", "/usr/bin/dash")}));
  EXPECT_EQ(Verdict::kFail, result.verdict);
  ASSERT_EQ(1U, result.findings.size());
  EXPECT_EQ(FindingKind::kUnexpected, result.findings[0].kind);
}

TEST_F(VerdictTest, InfoIsTheRecordOfAnExemptionAndNoNoise) {
  EXPECT_EQ(Verdict::kPass,
            judged(observed({alert(kRecipe, "/tmp/x").severity(Severity::kInfo)})).verdict);
}

TEST_F(VerdictTest, SilenceOfNamedRecipesLeavesOthersFree) {
  scenario_.silent = {false, {{"shell_from_server", {}}}};
  EXPECT_EQ(Verdict::kPass, judged(observed({alert(kRecipe, "/tmp/x")})).verdict);
  EXPECT_EQ(Verdict::kFail, judged(observed({alert("shell_from_server", "/bin/sh")})).verdict);
}

TEST_F(VerdictTest, AMissThatIsCaughtFails) {
  scenario_.misses.push_back({false, {kRecipe, {}}, "not an execution"});
  EXPECT_EQ(Verdict::kPass, judged(observed({})).verdict);
  const Result result = judged(observed({alert(kRecipe, "/tmp/x")}));
  EXPECT_EQ(Verdict::kFail, result.verdict);
  ASSERT_EQ(1U, result.findings.size());
  EXPECT_EQ(FindingKind::kCaught, result.findings[0].kind);
  EXPECT_THAT(result.findings[0].what, HasSubstr("not an execution"));
}

TEST_F(VerdictTest, AMissingAlertBesideAGapIsInconclusiveAndNamesTheGap) {
  expectOne(Severity::kHigh);
  const Result result = judged(withGap(observed({})));
  EXPECT_EQ(Verdict::kInconclusive, result.verdict);
  ASSERT_EQ(1U, result.findings.size());
  EXPECT_THAT(result.findings[0].details,
              ElementsAre("gap       214 events, cpu 1, 14.210–14.930 s, tracefs, after exec 2"));
}

TEST_F(VerdictTest, AnUndecidedExecIsInconclusiveUnlessAllowed) {
  const Result result = judged(undecided(observed({})));
  EXPECT_EQ(Verdict::kInconclusive, result.verdict);
  ASSERT_EQ(1U, result.findings.size());
  EXPECT_EQ("exec_from_unusual_dir could not decide 1 exec", result.findings[0].what);
  EXPECT_THAT(result.findings[0].details, ElementsAre("unknown   executable of ./x"));

  scenario_.inconclusive = {{kRecipe, {}}};
  EXPECT_EQ(Verdict::kPass, judged(undecided(observed({}))).verdict);
}

TEST_F(VerdictTest, AWrongAlertThatSaysWhatItDoesNotKnowIsNoLie) {
  expectOne(Severity::kCritical);
  const Result result = judged(observed(
      {alert(kRecipe, "/tmp/x").unknown("server_above", "lineage: executable of pid 71")}));
  EXPECT_EQ(Verdict::kInconclusive, result.verdict);
  ASSERT_EQ(1U, result.findings.size());
  EXPECT_THAT(result.findings[0].details,
              ElementsAre("unknown   server_above: lineage: executable of pid 71"));
  EXPECT_EQ(BySeverity{}, result.unexpected);
}

TEST_F(VerdictTest, AWrongAlertThatIsSureOfItselfFailsDespiteAGap) {
  expectOne(Severity::kCritical);
  EXPECT_EQ(Verdict::kFail, judged(withGap(observed({alert(kRecipe, "/tmp/x")}))).verdict);
}

TEST_F(VerdictTest, MissingEvidenceDoesNotExcuseAnUnexpectedAlert) {
  EXPECT_EQ(Verdict::kFail,
            judged(withGap(undecided(observed({alert(kRecipe, "/tmp/x")})))).verdict);
}

class RecordedVerdict : public VerdictTest {
 protected:
  RecordedVerdict() {
    RecordedExpectation& wanted = scenario_.recorded.emplace_back();
    wanted.kind = "exec";
    wanted.count = {1, 1};
    wanted.select.push_back({"typed", Comparison::kIs, {"./x"}, false, 0, {}});
    wanted.expect.push_back({"comm", Comparison::kIs, {"x"}, false, 0, {}});
  }
  static Observation withRecord(const std::string& comm) {
    Observation observation;
    RecordFacts& record = observation.records.emplace_back();
    record.kind = "exec";
    record.title = "exec 71.1";
    record.facts["typed"] = {{"./x"}, 3, false};
    record.facts["comm"] = {{comm}, comm.size(), false};
    return observation;
  }
};

TEST_F(RecordedVerdict, TheRecordingIsAsItMustBe) {
  EXPECT_EQ(Verdict::kPass, judged(withRecord("x")).verdict);
}

TEST_F(RecordedVerdict, AWrongFactFailsWhateverTheRecipesSay) {
  const Result result = judged(withRecord("y"));
  EXPECT_EQ(Verdict::kFail, result.verdict);
  ASSERT_EQ(1U, result.findings.size());
  EXPECT_EQ(FindingKind::kRecord, result.findings[0].kind);
  EXPECT_EQ("comm", result.findings[0].deviations.at(0).fact);
}

TEST_F(RecordedVerdict, AGapExcusesARecordThatIsMissing) {
  EXPECT_EQ(Verdict::kFail, judged(Observation{}).verdict);
  const Result result = judged(withGap(Observation{}));
  EXPECT_EQ(Verdict::kInconclusive, result.verdict);
  EXPECT_THAT(result.findings.at(0).details, ElementsAre(HasSubstr("gap       214 events")));
}

TEST_F(RecordedVerdict, AGapDoesNotExcuseAWrongFactOrOneRecordTooMany) {
  EXPECT_EQ(Verdict::kFail, judged(withGap(withRecord("y"))).verdict);
  Observation twice = withRecord("x");
  twice.records.push_back(twice.records[0]);
  EXPECT_EQ(Verdict::kFail, judged(withGap(twice)).verdict);
}

}  // namespace
}  // namespace exectrail::replay
