// What `run` does beside judging: it selects, works on threads, and asks whether each recipe is
// exercised.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "replay/scenario/filter.h"
#include "replay/support/ordered.h"
#include "replay/verdict/exercise.h"
#include "replay/verdict/verdict.h"
#include "tests/replay/alert_builder.h"

namespace exectrail::replay {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// ---- inOrder

TEST(InOrder, HandsResultsOverInOrderWhateverTheNumberOfThreads) {
  for (const unsigned jobs : {1U, 2U, 7U, 200U}) {
    std::vector<std::size_t> got;
    inOrder<std::size_t>(
        100, jobs, [](std::size_t i) { return i * i; },
        [&](std::size_t result) { got.push_back(result); });
    ASSERT_EQ(100U, got.size());
    for (std::size_t i = 0; i < got.size(); ++i) EXPECT_EQ(i * i, got[i]) << jobs;
  }
}

TEST(InOrder, ThrowsWhatWorkThrowsAfterTheResultsBeforeIt) {
  for (const unsigned jobs : {1U, 4U}) {
    std::vector<std::size_t> got;
    const auto work = [](std::size_t i) -> std::size_t {
      if (i >= 3) throw std::runtime_error("at " + std::to_string(i));
      return i;
    };
    const auto all = [&] {
      inOrder<std::size_t>(50, jobs, work, [&](std::size_t result) { got.push_back(result); });
    };
    EXPECT_THROW(
        try { all(); } catch (const std::runtime_error& error) {
          EXPECT_STREQ("at 3", error.what());
          throw;
        },
        std::runtime_error);
    EXPECT_THAT(got, ElementsAre(0, 1, 2)) << jobs;
  }
}

TEST(InOrder, EndsItsThreadsWhenTakingFails) {
  const auto take = [](std::size_t) { throw std::runtime_error("disk full"); };
  EXPECT_THROW(inOrder<std::size_t>(
                   50, 4, [](std::size_t i) { return i; }, take),
               std::runtime_error);
}

// ---- Filter

class FilterTest : public testing::Test {
 protected:
  FilterTest() {
    scenario_.attack = {"T1204.002"};
    scenario_.tags = {"web"};
    scenario_.fire.push_back(expect("exec_from_unusual_dir", 1));
    scenario_.misses.push_back({false, {"download_then_exec", {}}, "why"});
  }

  std::string nothing(const Filter& filter) const {
    Corpus corpus;
    corpus.push_back(std::make_unique<const Scenario>(scenario_));
    auto info = std::make_shared<analyzer::RecipeInfo>();
    info->name = "shell_from_server";
    analyzer::Recipe recipe;
    recipe.info = info;
    std::vector<analyzer::Recipe> recipes;
    recipes.push_back(std::move(recipe));
    return whatSelectsNothing(filter, corpus, analyzer::Program(std::move(recipes), ""));
  }

  Scenario scenario_ = scenarioNamed("attack/x");
};

TEST_F(FilterTest, SelectsByTechniqueRecipeAndTag) {
  EXPECT_TRUE(selects({}, scenario_));
  EXPECT_TRUE(selects({{"T1204"}, {}, {}}, scenario_));
  EXPECT_TRUE(selects({{"T9999", "T1204.002"}, {}, {}}, scenario_)) << "one of them is enough";
  EXPECT_FALSE(selects({{"T120"}, {}, {}}, scenario_)) << "not the beginning of a number";
  EXPECT_TRUE(selects({{}, {"download_then_exec"}, {}}, scenario_)) << "a stated miss counts";
  EXPECT_FALSE(selects({{}, {"shell_from_server"}, {}}, scenario_));
  EXPECT_FALSE(selects({{"T1204"}, {}, {"temp"}}, scenario_)) << "all kinds must fit";
}

TEST_F(FilterTest, NamesTheWordThatSelectsNothing) {
  EXPECT_EQ("", nothing({{"T1204"}, {"exec_from_unusual_dir"}, {"web"}}));
  EXPECT_THAT(nothing({{}, {}, {"wep"}}), HasSubstr("the tag 'wep', did you mean 'web'?"));
  EXPECT_THAT(nothing({{"T1203"}, {}, {}}), HasSubstr("the technique 'T1203'"));
  EXPECT_EQ("no scenario there names the recipe 'shell_from_server'",
            nothing({{}, {"shell_from_server"}, {}}));
  EXPECT_THAT(nothing({{}, {"mine.yaml"}, {}}), HasSubstr("is given with --recipes"));
}

// ---- Exercise

class ExerciseTest : public testing::Test {
 protected:
  Result result(const Scenario& scenario, std::uint64_t alerts, std::uint64_t expected,
                Verdict verdict = Verdict::kPass) const {
    Result made;
    made.recording = {&scenario, ""};
    made.verdict = verdict;
    made.recipes["mine"] = {alerts, expected, 0};
    return made;
  }

  std::vector<std::string> untested(const std::vector<Result>& results) const {
    auto info = std::make_shared<analyzer::RecipeInfo>();
    info->name = "mine";
    analyzer::Recipe recipe;
    recipe.info = info;
    recipe.enabled = enabled_;
    std::vector<analyzer::Recipe> recipes;
    recipes.push_back(std::move(recipe));
    const Exercise exercise = exerciseOf(analyzer::Program(std::move(recipes), ""), results);
    EXPECT_EQ(enabled_ ? 0U : 1U, exercise.notApplied.size());
    std::vector<std::string> why;
    for (const NotExercised& each : exercise.untested) why.push_back(each.why);
    return why;
  }

  bool enabled_ = true;
  Scenario attack_ = scenarioNamed("attack/x");
  Scenario benign_ = scenarioNamed("benign/x");
};

TEST_F(ExerciseTest, ARecipeNeedsAFiringAndABenignSilentScenario) {
  EXPECT_THAT(untested({result(attack_, 1, 1), result(benign_, 0, 0)}), ElementsAre());
  EXPECT_THAT(untested({result(attack_, 1, 1)}),
              ElementsAre("no passing benign scenario leaves it silent"));
  EXPECT_THAT(untested({result(attack_, 1, 1), result(attack_, 0, 0)}),
              ElementsAre("no passing benign scenario leaves it silent"));
  EXPECT_THAT(untested({result(attack_, 1, 0), result(benign_, 0, 0)}),
              ElementsAre("no passing scenario expects it to fire"))
      << "an alert that nobody expected is no test";
}

TEST_F(ExerciseTest, WhatDidNotPassProvesNothing) {
  EXPECT_THAT(untested({result(attack_, 1, 1, Verdict::kFail), result(benign_, 0, 0)}),
              ElementsAre("no passing scenario expects it to fire"));
}

TEST_F(ExerciseTest, ARecipeThatIsOffIsToldAndDoesNotFail) {
  enabled_ = false;
  EXPECT_THAT(untested({}), ElementsAre());
}

// ---- Unexpected

TEST(UnexpectedTest, AnAlertThatNobodyExpectsFailsOrWarnsOrIsOnlyCounted) {
  const Scenario quiet = scenarioNamed("benign/quiet");
  const auto judged = [&](Unexpected unexpected) {
    return judge({&quiet, ""}, observed({alert("mine", "/tmp/x")}), unexpected);
  };
  EXPECT_EQ(Verdict::kFail, judged(Unexpected::kFail).verdict);
  const Result warned = judged(Unexpected::kWarn);
  EXPECT_EQ(Verdict::kPass, warned.verdict);
  ASSERT_EQ(1U, warned.findings.size());
  EXPECT_TRUE(warned.findings[0].warning);
  const Result ignored = judged(Unexpected::kIgnore);
  EXPECT_EQ(Verdict::kPass, ignored.verdict);
  EXPECT_TRUE(ignored.findings.empty());
  EXPECT_EQ(1U, ignored.unexpected[static_cast<std::size_t>(analyzer::Severity::kHigh)])
      << "ignored is not uncounted";
}

TEST(UnexpectedTest, AMissingAlertFailsWhateverIsMadeOfUnexpectedOnes) {
  Scenario attack = scenarioNamed("attack/x");
  attack.fire.push_back(expect("mine", 2));
  EXPECT_EQ(Verdict::kFail,
            judge({&attack, ""}, observed({alert("mine", "/tmp/x")}), Unexpected::kIgnore).verdict);
}

TEST(OutcomeTest, CountsWhatEachRecipeDid) {
  Scenario attack = scenarioNamed("attack/x");
  attack.fire.push_back(expect("mine", 1));
  Observation observation =
      observed({alert("mine", "/tmp/x"), alert("other", "/tmp/x"),
                alert("other", "/tmp/y").severity(analyzer::Severity::kInfo)});
  observation.summary.recipes["silent"].inconclusive = 3;
  const Result result = judge({&attack, ""}, observation);
  EXPECT_EQ(1U, result.recipes.at("mine").expected);
  EXPECT_EQ(1U, result.recipes.at("other").alerts);
  EXPECT_EQ(0U, result.recipes.at("other").expected);
  EXPECT_EQ(3U, result.recipes.at("silent").undecided);
}

}  // namespace
}  // namespace exectrail::replay
