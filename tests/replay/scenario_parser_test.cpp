// scenario.yaml: every key, and every mistake. Mistakes are files in tests/data/scenarios/errors:
// NAME.yaml and what is said about it, NAME.txt. UPDATE_GOLDEN=1 in the environment rewrites the
// latter.
#include "replay/scenario/scenario_parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace exectrail::replay {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;

const fs::path kErrors = fs::path(EXECTRAIL_TEST_DATA) / "scenarios/errors";

std::string readFile(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

constexpr const char* kEverything = R"(
story: A web shell writes a program to /tmp and runs it by a relative path.
attack: [T1505.003, T1204]
references: ["https://attack.mitre.org/techniques/T1505/003/"]
tags: [web, temp, relative-path]
needs: [root, "package:lighttpd"]
variants: [dash, bash, busybox]   # a comment
stand_in: php-fpm is a renamed shell
recorder: late
recorded:
  - exec: {typed: ./x, args: {starts: [./x]}}
    at_least: 1
    at_most: 2
    variants: [bash]
    expect: {file: {owner: 0}, evidence: {args: [image, procfs]}, environment: {LD_AUDIT: [a, b]}}
fire:
  - recipe: exec_from_unusual_dir
    exactly: 1
    severity: critical
    process: {executable: /tmp/x, typed: ./x, lineage: [php-fpm, sh, sh, x]}
    file: {path: /tmp/x}
    result: EACCES
    reasons: [temp, server_above]
    evidence: {executable: kernel, args: [image, procfs]}
  - {recipe: shell_from_server, at_least: 1, at_most: 3}
silent: everything else
inconclusive: none
misses:
  - {rule: falco/execution-from-dev-shm, why: "watches /dev/shm only"}
  - {recipe: shell_from_server, why: none yet}
)";

std::optional<Scenario> parsed(const std::string& text, analyzer::Diagnostics& diagnostics) {
  return parseScenario({"scenario.yaml", "corpus/attack/web", "attack/web", text}, diagnostics);
}

TEST(ScenarioParser, ReadsEveryKey) {
  analyzer::Diagnostics diagnostics;
  const std::optional<Scenario> scenario = parsed(kEverything, diagnostics);
  ASSERT_TRUE(scenario) << formatErrors(diagnostics);
  EXPECT_EQ("attack/web", scenario->name);
  EXPECT_EQ("attack", scenario->category);
  EXPECT_EQ(0U, scenario->story.find("A web shell writes"));
  EXPECT_THAT(scenario->attack, ElementsAre("T1505.003", "T1204"));
  EXPECT_THAT(scenario->references, ElementsAre("https://attack.mitre.org/techniques/T1505/003/"));
  EXPECT_THAT(scenario->tags, ElementsAre("web", "temp", "relative-path"));
  EXPECT_THAT(scenario->needs, ElementsAre("root", "package:lighttpd"));
  EXPECT_THAT(scenario->variants, ElementsAre("dash", "bash", "busybox"));
  EXPECT_EQ("php-fpm is a renamed shell", scenario->standIn);

  EXPECT_TRUE(scenario->recorderIsLate);
  ASSERT_EQ(1U, scenario->recorded.size());
  const RecordedExpectation& record = scenario->recorded[0];
  EXPECT_EQ("exec", record.kind);
  EXPECT_EQ((Count{1, 2}), record.count);
  EXPECT_THAT(record.variants, ElementsAre("bash"));
  EXPECT_EQ("typed ./x, args starts [./x]", toString(record.select));
  EXPECT_EQ("file.owner 0, evidence.args image or procfs, environment.LD_AUDIT a or b",
            toString(record.expect));

  ASSERT_EQ(2U, scenario->fire.size());
  const Expectation& first = scenario->fire[0];
  EXPECT_EQ("exec_from_unusual_dir", first.recipe.name);
  EXPECT_EQ((Count{1, 1}), first.count);
  EXPECT_EQ(analyzer::Severity::kCritical, first.severity);
  EXPECT_EQ("/tmp/x", first.executable);
  EXPECT_EQ("./x", first.typedPath);
  EXPECT_EQ("/tmp/x", first.filePath);
  EXPECT_EQ(EACCES, first.errorNumber);
  EXPECT_THAT(first.lineage, ElementsAre("php-fpm", "sh", "sh", "x"));
  EXPECT_THAT(first.reasons, ElementsAre("temp", "server_above"));
  EXPECT_THAT(first.evidence.at("executable"), ElementsAre(trace::EvidenceClass::kKernel));
  EXPECT_THAT(first.evidence.at("args"),
              ElementsAre(trace::EvidenceClass::kImage, trace::EvidenceClass::kProcfs));
  EXPECT_EQ((Count{1, 3}), scenario->fire[1].count);

  EXPECT_TRUE(scenario->silent.everythingElse);
  EXPECT_TRUE(scenario->inconclusive.empty());
  ASSERT_EQ(2U, scenario->misses.size());
  EXPECT_TRUE(scenario->misses[0].foreign);
  EXPECT_EQ("falco/execution-from-dev-shm", scenario->misses[0].name.name);
  EXPECT_FALSE(scenario->misses[1].foreign);
}

TEST(ScenarioParser, SilenceIsTheStricterReadingIfNothingIsSaid) {
  analyzer::Diagnostics diagnostics;
  const auto scenario =
      parseScenario({"scenario.yaml", "d", "benign/x", "story: Nothing.\n"}, diagnostics);
  ASSERT_TRUE(scenario) << formatErrors(diagnostics);
  EXPECT_TRUE(scenario->silent.everythingElse);
  EXPECT_TRUE(scenario->inconclusive.empty());
}

TEST(ScenarioParser, SilentAndInconclusiveMayListRecipes) {
  analyzer::Diagnostics diagnostics;
  const auto scenario = parseScenario(
      {"scenario.yaml", "d", "benign/x", "story: Nothing.\nsilent: [a, b]\ninconclusive: [a]\n"},
      diagnostics);
  ASSERT_TRUE(scenario) << formatErrors(diagnostics);
  EXPECT_FALSE(scenario->silent.everythingElse);
  EXPECT_EQ(2U, scenario->silent.recipes.size());
  EXPECT_EQ("a", scenario->inconclusive.at(0).name);
}

TEST(ScenarioParser, RecipesThatAreNotLoadedAreErrorsAtTheirPlace) {
  analyzer::Diagnostics diagnostics;
  const auto scenario = parsed(kEverything, diagnostics);
  ASSERT_TRUE(scenario);
  checkRecipes(*scenario, {"exec_from_unusual_dir", "shell_from_a_server"}, diagnostics);
  EXPECT_EQ(
      "scenario.yaml:25:14: error[S040]: there is no recipe 'shell_from_server', did you mean "
      "'shell_from_a_server'?\n"
      "      - {recipe: shell_from_server, at_least: 1, at_most: 3}\n"
      "                 ^\n"
      "help: loaded: exec_from_unusual_dir, shell_from_a_server\n"
      "scenario.yaml:30:14: error[S040]: there is no recipe 'shell_from_server', did you mean "
      "'shell_from_a_server'?\n"
      "      - {recipe: shell_from_server, why: none yet}\n"
      "                 ^\n"
      "help: loaded: exec_from_unusual_dir, shell_from_a_server\n",
      formatErrors(diagnostics));
}

TEST(ScenarioParser, CasesHaveARecordingForEachVariant) {
  analyzer::Diagnostics diagnostics;
  const auto scenario = parsed(kEverything, diagnostics);
  ASSERT_TRUE(scenario);
  const std::vector<Case> cases = casesOf(*scenario);
  ASSERT_EQ(3U, cases.size());
  EXPECT_EQ("attack/web (bash)", cases[1].name());
  EXPECT_EQ("corpus/attack/web/trace.bash.trail", cases[1].tracePath());
  EXPECT_EQ("corpus/attack/web/trace.bash.txt", cases[1].dumpPath());
  EXPECT_EQ("d/trace.trail", (Case{[] {
                                     static Scenario plain;
                                     plain.directory = "d";
                                     return &plain;
                                   }(),
                                   ""})
                                 .tracePath());
}

class ScenarioErrors : public testing::TestWithParam<fs::path> {};

TEST_P(ScenarioErrors, AreExplained) {
  const fs::path golden = fs::path(GetParam()).replace_extension(".txt");
  const std::string name = GetParam().filename().string();
  analyzer::Diagnostics diagnostics;
  EXPECT_FALSE(parseScenario({name, "d", "attack/x", readFile(GetParam())}, diagnostics));
  const std::string text = formatErrors(diagnostics);
  if (std::getenv("UPDATE_GOLDEN") != nullptr) std::ofstream(golden, std::ios::binary) << text;
  EXPECT_EQ(readFile(golden), text) << "to accept: UPDATE_GOLDEN=1, then review " << golden;
}

std::vector<fs::path> errorFiles() {
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(kErrors)) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

INSTANTIATE_TEST_SUITE_P(Files, ScenarioErrors, testing::ValuesIn(errorFiles()),
                         [](const testing::TestParamInfo<fs::path>& file) {
                           return file.param.stem().string();
                         });

}  // namespace
}  // namespace exectrail::replay
