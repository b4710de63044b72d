// Two recipe sets over the same traces: exactly what was planted differs.
#include "replay/traces/comparison.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/replay/programs.h"

namespace exectrail::replay {
namespace {

using test::exec;
using test::image;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* kTemp = "when: file.path under ['/tmp']\n";
constexpr std::uint64_t kDayNs = 86'400'000'000'000;

class ComparisonTest : public testing::Test {
 protected:
  TraceComparison compare(const std::string& before, const std::string& after,
                          const std::string& path) const {
    return compareOver(path, *programOf(before), *programOf(after));
  }
  TraceComparison compare(const std::string& before, const std::string& after) const {
    return compare(before, after, path_);
  }

  test::TemporaryFolder folder_;
  const std::string path_ = writeFile(
      folder_.path() + "/host.trail",
      test::traceBytes({exec("/usr/bin/sh").pid(1).at(1), exec("/tmp/a").pid(2).by(image(1)).at(2),
                        exec("/tmp/b").pid(3).by(image(1)).at(kDayNs)},
                       100));
};

TEST_F(ComparisonTest, TheSameRecipesGiveTheSameAlerts) {
  const std::string text = recipeText("mine", "high", kTemp);
  const TraceComparison result = compare(text, text);
  EXPECT_TRUE(result.same());
  EXPECT_EQ("", result.problem);
  EXPECT_EQ(2U, result.recipes.at("mine").before.alerts);
}

TEST_F(ComparisonTest, AVersionAloneChangesNoAlert) {
  std::string newer = recipeText("mine", "high", kTemp);
  newer.replace(newer.find("1.0.0"), 5, "1.1.0");
  EXPECT_TRUE(compare(recipeText("mine", "high", kTemp), newer).same());
}

TEST_F(ComparisonTest, ShowsExactlyTheAlertThatIsRemoved) {
  const TraceComparison result =
      compare(recipeText("mine", "high", kTemp), recipeText("mine", "high",
                                                            "when: file.path under ['/tmp'] and "
                                                            "process.name != 'b'\n"));
  ASSERT_THAT(result.changes, SizeIs(1));
  EXPECT_EQ(ChangeKind::kRemoved, result.changes[0].kind);
  EXPECT_EQ("/tmp/b", result.changes[0].alert.filePath.value);
}

TEST_F(ComparisonTest, ShowsExactlyTheAlertThatIsAdded) {
  const TraceComparison result =
      compare(recipeText("mine", "high", kTemp),
              recipeText("mine", "high", kTemp) + "---\n" +
                  recipeText("other", "low", "when: process.name == 'a'\n"));
  ASSERT_THAT(result.changes, SizeIs(1));
  EXPECT_EQ(ChangeKind::kAdded, result.changes[0].kind);
  EXPECT_EQ("other", result.changes[0].alert.recipe->name);
}

TEST_F(ComparisonTest, SaysWhatIsOtherAboutAChangedAlert) {
  const TraceComparison result =
      compare(recipeText("mine", "high", kTemp),
              recipeText("mine", "high", std::string(kTemp) + "raise: {b: process.name == 'b'}\n"));
  ASSERT_THAT(result.changes, SizeIs(1));
  EXPECT_EQ(ChangeKind::kChanged, result.changes[0].kind);
  EXPECT_THAT(result.changes[0].differing,
              ElementsAre("severity: high → critical", "reasons: + b +1"));
}

TEST_F(ComparisonTest, WhatOnlyOneCannotDecideIsADifference) {
  const std::string lossy =
      writeFile(folder_.path() + "/lossy.trail",
                test::traceBytes({exec("/tmp/a").pid(2).noArgs().at(2)}, 100));
  const TraceComparison result =
      compare(recipeText("mine", "high", "when: args[0] == 'y'\n"),
              recipeText("mine", "high", "when: process.name == 'y'\n"), lossy);
  EXPECT_THAT(result.changes, IsEmpty());
  EXPECT_EQ(1U, result.recipes.at("mine").before.undecided);
  EXPECT_FALSE(result.same());
}

TEST_F(ComparisonTest, ATraceThatIsNotWholeIsAProblem) {
  const std::string bytes = test::traceBytes({exec("/tmp/a").pid(2)}, 100);
  const std::string text = recipeText("mine", "high", kTemp);
  const std::string cut =
      writeFile(folder_.path() + "/cut.trail", bytes.substr(0, bytes.size() - 10));
  EXPECT_NE("", compare(text, text, cut).problem);
  EXPECT_NE("", compare(text, text, folder_.path() + "/missing.trail").problem);
}

TEST_F(ComparisonTest, OnlyTimeOfHostsCountsForTheRate) {
  const std::string before = recipeText("mine", "high", kTemp);
  const std::string after = recipeText("mine", "high", "when: process.name == 'a'\n");
  TraceComparison host = compare(before, after);
  EXPECT_FALSE(host.ofScenario);
  TraceComparison scenario = host;
  scenario.ofScenario = true;
  for (auto& [name, volumes] : scenario.recipes) volumes.hostBefore = volumes.hostAfter = {};
  ComparisonTotals totals;
  totals.add(host);
  totals.add(scenario);
  EXPECT_EQ(host.spanNs, totals.hostNs);
  EXPECT_NEAR(static_cast<double>(kDayNs), static_cast<double>(totals.hostNs), 1e10);
  EXPECT_EQ(2U, totals.recipes.at("mine").hostBefore.alerts);
  EXPECT_EQ(4U, totals.recipes.at("mine").before.alerts);
  EXPECT_EQ(2U, totals.removed);
}

TEST_F(ComparisonTest, FindsTracesBelowFoldersInOrder) {
  const std::string other = writeFile(folder_.path() + "/a.trail", "");
  EXPECT_THAT(tracesAt({folder_.path()}), ElementsAre(other, path_));
  EXPECT_THAT(tracesAt({path_}), ElementsAre(path_));
  EXPECT_ANY_THROW(tracesAt({folder_.path() + "/missing"}));
}

}  // namespace
}  // namespace exectrail::replay
