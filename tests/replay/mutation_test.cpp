// Recipes with one thing changed, and whether a corpus notices.
#include "replay/mutation/mutation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "replay/mutation/mutants.h"
#include "tests/replay/alert_builder.h"
#include "tests/replay/programs.h"
#include "trace/dump.h"

namespace exectrail::replay {
namespace {

using test::exec;
using test::image;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

std::vector<std::string> changesOf(const std::string& rest, bool entries) {
  const auto program = programOf(recipeText("mine", "high", rest));
  std::vector<std::string> changes;
  for (const Mutant& mutant : mutantsOf(program->recipes().at(0))) {
    if (mutant.entry == entries) changes.push_back(mutant.change);
  }
  return changes;
}

TEST(Mutants, ChangeOneThingEach) {
  EXPECT_THAT(
      changesOf("when: process.name == 'a' and not (len(args) > 3)\n", false),
      ElementsAre("judge: results without errno 0", "severity: medium", "severity: critical",
                  "when: without `process.name == 'a'`", "when: without `not (len(args) > 3)`",
                  "when: without the `not` of `not (len(args) > 3)`",
                  "when: `len(args) > 3` with 2", "when: `len(args) > 3` with 4"));
}

TEST(Mutants, KnowModifiersExemptionsAndRules) {
  const auto changes = changesOf(
      "when: file.path under ['/tmp']\n"
      "raise: {as_root: user.id == 0 and attempt}\n"
      "exempt: [{name: mine, path: ['/tmp/a', '/tmp/b'], parent: genuine(@go), why: w}]\n"
      "count: {at_least: 3, within: 1m, key: [user.id]}\n"
      "---\nlists: {go: [/usr/bin/go, /usr/bin/gofmt]}\n",
      false);
  for (const char* const each :
       {"recipe without raise as_root", "raise as_root: without `attempt`",
        "recipe without exempt mine", "exempt mine: for any parent", "exempt mine: for any path",
        "count: at_least 2", "count: at_least 4", "count: within 1 µs"}) {
    EXPECT_THAT(changes, Contains(each));
  }
}

TEST(Mutants, TellEntriesOfListsFromClauses) {
  EXPECT_THAT(changesOf("when: process.name in @tools or file.path under ['/a', '/b']\n"
                        "---\nlists: {tools: [x, 'y*']}\n",
                        true),
              ElementsAre("when: `process.name in @tools` without 'x'",
                          "when: `process.name in @tools` without 'y*'",
                          "when: `file.path under ['/a', '/b']` without '/a'",
                          "when: `file.path under ['/a', '/b']` without '/b'"));
}

TEST(Mutants, LeaveTheRecipeAloneThatTheyAreMadeOf) {
  const auto program = programOf(recipeText("mine", "high", "when: process.name in ['a', 'b']\n"));
  const auto& set = program->recipes()[0].when->set;
  ASSERT_NE(nullptr, set);
  mutantsOf(program->recipes()[0]);
  EXPECT_TRUE(set->contains("a"));
  EXPECT_TRUE(set->contains("b"));
}

// ---- killing

std::vector<std::string> changes(const std::vector<Survivor>& survivors) {
  std::vector<std::string> all;
  for (const Survivor& each : survivors) {
    all.push_back(each.change);
    EXPECT_FALSE(each.reason.empty()) << each.change;
  }
  return all;
}

class MutationTest : public testing::Test {
 protected:
  Case scenario(const std::string& name, const test::Records& records) {
    Scenario& made = *scenarios_.emplace_back(std::make_unique<Scenario>(scenarioNamed(name)));
    made.directory = folder_.path() + "/" + std::to_string(scenarios_.size());
    std::filesystem::create_directory(made.directory);
    writeFile(made.directory + "/trace.trail", test::traceBytes(records, 100));
    return {&made, ""};
  }

  // One attack by /tmp/x as root, expected exactly.
  Case attack() {
    const Case made = scenario("attack/x", {exec("/tmp/x").pid(2).user(0)});
    Scenario& scenario = *scenarios_.back();
    scenario.fire.push_back(expect("mine", 1));
    scenario.fire[0].severity = analyzer::Severity::kCritical;
    return made;
  }

  RecipeScore score(const std::vector<Case>& cases, unsigned jobs = 1,
                    bool generated = false) const {
    const auto program =
        programOf(recipeText("mine", "high",
                             "when: process.name == 'x' and file.path under ['/tmp', '/a']\n"
                             "raise: {as_root: user.id == 0}\n"));
    const MutationReport report = mutate(*program, cases, {{}, true, true, generated, "", jobs});
    EXPECT_EQ(1U, report.recipes.size());
    unusable_ = report.unusable;
    return report.recipes.at("mine");
  }

  test::TemporaryFolder folder_;
  std::vector<std::unique_ptr<Scenario>> scenarios_;
  mutable std::vector<std::string> unusable_;
};

TEST_F(MutationTest, NothingNoticesWithoutScenarios) {
  const RecipeScore result = score({});
  EXPECT_EQ(0U, result.clauses.killed());
  EXPECT_GT(result.clauses.of, 3U);
  EXPECT_EQ(result.clauses.of, result.survivors.size());
}

TEST_F(MutationTest, AnAttackKillsWhatWeakensARecipe) {
  const RecipeScore result = score({attack()});
  EXPECT_THAT(changes(result.survivors),
              ElementsAre("severity: critical", "when: without `process.name == 'x'`",
                          "when: without `file.path under ['/tmp', '/a']`"))
      << "raised from critical is critical still; and nothing benign shows what is too much";
  EXPECT_EQ(1U, result.entries.killed());
  EXPECT_THAT(changes(result.survivingEntries),
              ElementsAre("when: `file.path under ['/tmp', '/a']` without '/a'"));
}

TEST_F(MutationTest, ABenignScenarioKillsWhatMakesItLouder) {
  const Case bystander = scenario("benign/x", {exec("/usr/bin/x").pid(3).user(0)});
  const RecipeScore result = score({attack(), bystander});
  EXPECT_THAT(changes(result.survivors),
              Not(Contains("when: without `file.path under ['/tmp', '/a']`")));
  EXPECT_THAT(changes(result.survivors), Contains("when: without `process.name == 'x'`"));
}

TEST_F(MutationTest, WhatDoesNotPassAsItIsProvesNothing) {
  const Case failing = attack();
  scenarios_.back()->fire[0].severity = analyzer::Severity::kLow;
  const RecipeScore result = score({failing});
  EXPECT_EQ(0U, result.clauses.killed());
  EXPECT_THAT(unusable_, ElementsAre("attack/x"));
}

TEST_F(MutationTest, ThreadsChangeNothing) {
  const std::vector<Case> cases = {attack()};
  EXPECT_EQ(changes(score(cases, 1).survivors), changes(score(cases, 4).survivors));
  EXPECT_EQ(changes(score(cases, 1, true).survivors), changes(score(cases, 4, true).survivors));
}

TEST_F(MutationTest, GeneratedTracesKillWhatTheCorpusDoesNotTest) {
  const RecipeScore result = score({attack()}, 1, true);
  EXPECT_THAT(changes(result.survivors), IsEmpty());
  EXPECT_THAT(changes(result.survivingEntries), IsEmpty());
  EXPECT_EQ(result.clauses.of, result.clauses.byGenerated) << "they are asked first";
  EXPECT_GT(result.generated, 5U);
}

}  // namespace
}  // namespace exectrail::replay
