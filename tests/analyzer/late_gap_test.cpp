// A ring tells of its loss when its next event comes, and others are judged meanwhile. An alert
// that the loss may have decided is then given once more, with the gap.
#include <gtest/gtest.h>

#include "tests/analyzer/alerts.h"
#include "tests/analyzer/analysis.h"

namespace exectrail::analyzer {
namespace {

using test::image;
using test::Records;

constexpr std::uint64_t kSecond = 1'000'000'000;

// Three tools within a minute in one session, once in ten minutes.
const Program& burst() {
  static const auto kProgram = test::compiled(
      "recipe: burst\nversion: 1.0.0\ntitle: Burst\nseverity: low\njudge: {results: [ok]}\n"
      "when: process.name in ['id', 'ps', 'w', 'df']\n"
      "count: {at_least: 3, within: 1m, key: [session.leader], distinct: process.executable}\n"
      "suppress: {key: [session.leader], first: 1, window: 10m}\n");
  return *kProgram;
}

test::OwnedRecord ran(const std::string& tool, std::uint32_t pid, std::uint64_t seconds) {
  return test::exec("/usr/bin/" + tool).pid(pid).args({tool}).session(70).at(seconds * kSecond);
}

test::OwnedRecord lost(std::uint64_t from, std::uint64_t to) {
  return test::gap(from * kSecond, to * kSecond, 2).at(to * kSecond);
}

TEST(LateGap, AmendsWhatRestsOnMemory) {
  const auto analysis = test::analyze(
      burst(), {ran("id", 71, 100), ran("ps", 72, 101), ran("w", 73, 110), lost(102, 111)});
  ASSERT_EQ(analysis.alerts.size(), 2U);
  const Alert& first = analysis.alerts[0];
  const Alert& again = analysis.alerts[1];
  EXPECT_FALSE(first.amended);
  EXPECT_TRUE(first.gaps.empty()) << "nobody knew of it";
  EXPECT_TRUE(again.amended);
  EXPECT_EQ(again.id, first.id);
  EXPECT_EQ(again.timeNs, first.timeNs);
  ASSERT_EQ(again.gaps.size(), 1U);
  EXPECT_EQ(again.gaps[0].lostEvents, 2U);
  // It is one alert, told twice.
  EXPECT_EQ(analysis.summary.recipes.at("burst").alerts, 1U);
  EXPECT_EQ(analysis.summary.alertsBySeverity.at(static_cast<std::size_t>(Severity::kLow)), 1U);
  EXPECT_NE(test::rendered(Format::kJson, again).find("\"amended\":true"), std::string::npos);
  EXPECT_EQ(test::rendered(Format::kJson, first).find("amended"), std::string::npos);
  EXPECT_NE(test::rendered(Format::kText, again)
                .find("spans a gap: 2 events lost; given before that was known"),
            std::string::npos);
}

// Before its minute began, after it was given, or known in time: nothing to amend.
TEST(LateGap, LeavesOthersAlone) {
  const Records three = {ran("id", 71, 100), ran("ps", 72, 101), ran("w", 73, 110)};
  for (const auto& gap : {lost(20, 40), lost(111, 112)}) {
    Records records = three;
    records.push_back(gap);
    EXPECT_EQ(test::analyze(burst(), records).alerts.size(), 1U);
  }
  const auto inTime = test::analyze(
      burst(), {ran("id", 71, 100), ran("ps", 72, 101), lost(102, 109), ran("w", 73, 110)});
  ASSERT_EQ(inTime.alerts.size(), 1U);
  EXPECT_FALSE(inTime.alerts[0].amended);
  EXPECT_EQ(inTime.alerts[0].gaps.size(), 1U);
}

// One that counts nothing still rests on who its process is: an exec of it may be among the lost.
TEST(LateGap, AmendsWhatRestsOnOneExec) {
  static const auto kProgram = test::compiled(
      "recipe: one\nversion: 1.0.0\ntitle: One\nseverity: low\njudge: {results: [ok]}\n"
      "when: process.name == 'id'\n");
  const auto before = test::analyze(*kProgram, {ran("id", 71, 100), lost(98, 99)});
  EXPECT_EQ(before.alerts.size(), 1U) << "lost and over before it began";
  const auto analysis = test::analyze(*kProgram, {ran("id", 71, 100), lost(99, 101)});
  ASSERT_EQ(analysis.alerts.size(), 2U);
  EXPECT_TRUE(analysis.alerts[0].gaps.empty());
  EXPECT_TRUE(analysis.alerts[1].amended);
  EXPECT_EQ(analysis.alerts[1].gaps.size(), 1U);
  EXPECT_EQ(analysis.alerts[1].id, analysis.alerts[0].id);
}

// What looks further up than the parent may have missed an exec of any image there, for as long as
// that was there; what does not, has not.
TEST(LateGap, OfWhatStandsAboveTheParent) {
  const auto afterGap = [](const std::string& when) {
    const auto program = test::compiled(
        "recipe: one\nversion: 1.0.0\ntitle: One\nseverity: low\njudge: {results: [ok]}\n"
        "when: process.name == 'id' and " +
        when + "\n");
    const auto analysis = test::analyze(
        *program,
        {test::exec("/usr/sbin/sshd").pid(70).at(10 * kSecond), lost(11, 12),
         test::forked(image(70), 71).at(20 * kSecond),
         test::exec("/usr/bin/dash").pid(71).by(image(70)).at(21 * kSecond),
         test::forked(image(71, 1), 72).at(22 * kSecond),
         test::exec("/usr/bin/id").pid(72).by(image(71, 1)).session(70).at(23 * kSecond)});
    EXPECT_EQ(analysis.alerts.size(), 1U);
    EXPECT_TRUE(analysis.alerts.at(0).gaps.empty()) << "nothing of the parent's was lost";
    return analysis.alerts.at(0).afterGap;
  };
  const std::vector<std::string> lineage = {"lineage"};
  EXPECT_EQ(afterGap("any(lineage, .name == 'sshd')"), lineage);
  EXPECT_EQ(afterGap("leader.name == 'sshd'"), lineage);
  EXPECT_TRUE(afterGap("parent.name == 'dash'").empty());
}

// Each further gap is told, too, with those before it.
TEST(LateGap, Several) {
  const auto analysis = test::analyze(burst(), {ran("id", 71, 100), ran("ps", 72, 101),
                                                ran("w", 73, 110), lost(102, 111), lost(103, 112)});
  ASSERT_EQ(analysis.alerts.size(), 3U);
  EXPECT_EQ(analysis.alerts[2].gaps.size(), 2U);
}

}  // namespace
}  // namespace exectrail::analyzer
