// Which alerts an expectation takes, and how it says why not.
#include "replay/verdict/match.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "tests/replay/alert_builder.h"

namespace exectrail::replay {
namespace {

using analyzer::Severity;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* kRecipe = "exec_from_unusual_dir";

TEST(Match, WithoutConditionsEveryAlertOfTheRecipeIsTheExpectedOne) {
  EXPECT_TRUE(matches(expect(kRecipe, 1), alert(kRecipe, "/tmp/x")));
  EXPECT_FALSE(matches(expect(kRecipe, 1), alert("shell_from_server", "/tmp/x")));
}

TEST(Match, SeverityIsExact) {
  Expectation expectation = expect(kRecipe, 1);
  expectation.severity = Severity::kHigh;
  EXPECT_THAT(differences(expectation, alert(kRecipe, "/tmp/x").severity(Severity::kHigh)),
              IsEmpty());
  EXPECT_THAT(differences(expectation, alert(kRecipe, "/tmp/x").severity(Severity::kCritical)),
              ElementsAre("severity: expected high, got critical"));
}

TEST(Match, PathsAreExactAndAnUnknownOneIsNone) {
  Expectation expectation = expect(kRecipe, 1);
  expectation.executable = "/tmp/x";
  expectation.typedPath = "./x";
  EXPECT_THAT(differences(expectation, alert(kRecipe, "/tmp/x").typed("./x")), IsEmpty());
  analyzer::Alert other = alert(kRecipe, "/tmp/x y");
  other.typedPath = {};
  EXPECT_THAT(differences(expectation, other),
              ElementsAre("executable: expected /tmp/x, got \"/tmp/x y\"",
                          "typed: expected ./x, got unknown"));
}

TEST(Match, LineageMustEndWithTheGivenNames) {
  Expectation expectation = expect(kRecipe, 1);
  const analyzer::Alert got = alert(kRecipe, "/tmp/x").lineage({"systemd", "php-fpm", "sh", "x"});
  for (const std::vector<std::string>& lineage :
       {std::vector<std::string>{"x"}, {"php-fpm", "sh", "x"}, {"systemd", "php-fpm", "sh", "x"}}) {
    expectation.lineage = lineage;
    EXPECT_THAT(differences(expectation, got), IsEmpty());
  }
  for (const std::vector<std::string>& lineage : {std::vector<std::string>{"sh"},
                                                  {"php-fpm", "x"},
                                                  {"init", "systemd", "php-fpm", "sh", "x"}}) {
    expectation.lineage = lineage;
    EXPECT_EQ(1U, differences(expectation, got).size());
  }
  expectation.lineage = {"nginx", "sh", "x"};
  EXPECT_THAT(differences(expectation, got),
              ElementsAre("lineage: expected […, nginx, sh, x], got [systemd, php-fpm, sh, x]"));
}

TEST(Match, EachReasonMustBeThereAndMoreMayBe) {
  Expectation expectation = expect(kRecipe, 1);
  expectation.reasons = {"temp", "server_above"};
  EXPECT_THAT(differences(expectation, alert(kRecipe, "/tmp/x")
                                           .reason("temp", "class high", "")
                                           .reason("as_root", "+1", "")
                                           .reason("server_above", "+1", "")),
              IsEmpty());
  EXPECT_THAT(differences(expectation, alert(kRecipe, "/tmp/x").reason("temp", "class high", "")),
              ElementsAre("reasons: expected server_above, got [temp]"));
}

TEST(Match, EvidenceIsOneOfTheGivenClasses) {
  Expectation expectation = expect(kRecipe, 1);
  expectation.evidence["executable"] = {trace::EvidenceClass::kKernel,
                                        trace::EvidenceClass::kProcfs};
  EXPECT_THAT(differences(expectation, alert(kRecipe, "/tmp/x")), IsEmpty());
  analyzer::Alert got = alert(kRecipe, "/tmp/x");
  got.evidence["executable"] = trace::EvidenceClass::kInferred;
  EXPECT_THAT(differences(expectation, got),
              ElementsAre("evidence of executable: expected kernel or procfs, got inferred"));
  got.evidence.clear();
  EXPECT_THAT(differences(expectation, got),
              ElementsAre("evidence of executable: expected kernel or procfs, got none"));
}

TEST(Match, ResultIsTheErrno) {
  Expectation expectation = expect(kRecipe, 1);
  expectation.errorNumber = EACCES;
  EXPECT_THAT(differences(expectation, alert(kRecipe, "/tmp/x").failed(EACCES)), IsEmpty());
  EXPECT_THAT(differences(expectation, alert(kRecipe, "/tmp/x")),
              ElementsAre("result: expected EACCES, got ok"));
}

TEST(Match, SightingsAreFitForATerminal) {
  const Sighting sighting = sightingOf(
      alert(kRecipe, "/tmp/\x1b[2Jx").lineage({"a", "b", "c", "d", "e", "f", "\x1b[2Jx"}));
  EXPECT_EQ("high", sighting.severity);
  EXPECT_EQ(std::string::npos, (sighting.path + sighting.chain).find('\x1b'));
  EXPECT_EQ(0U, sighting.chain.find("… → b(71) → c(72)"));
}

}  // namespace
}  // namespace exectrail::replay
