// Finding scenarios on disk.
#include "replay/scenario/corpus.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "replay/scenario/scenario_parser.h"
#include "replay/support/temporary.h"
#include "trace/errors.h"

namespace exectrail::replay {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

class CorpusTest : public testing::Test {
 protected:
  void add(const std::string& name, const std::string& text = "story: Nothing happens.\n") {
    fs::create_directories(fs::path(folder_.path()) / name);
    std::ofstream(fs::path(folder_.path()) / name / "scenario.yaml") << text;
  }

  std::vector<std::string> names(const std::vector<std::string>& paths) {
    std::vector<std::string> result;
    for (const auto& scenario : loadCorpus(paths, diagnostics_)) result.push_back(scenario->name);
    return result;
  }

  std::string path(const std::string& below) const { return folder_.path() + below; }

  TemporaryDirectory folder_;
  analyzer::Diagnostics diagnostics_;
};

TEST_F(CorpusTest, FindsScenariosBelowAFolderInOrder) {
  add("benign/b");
  add("benign/a");
  EXPECT_THAT(names({path("")}), ElementsAre("benign/a", "benign/b"));
  EXPECT_THAT(names({path("/benign/")}), ElementsAre("benign/a", "benign/b"));
}

TEST_F(CorpusTest, TakesAScenariosFolderOrItsFileAndEachOnce) {
  add("benign/a");
  EXPECT_THAT(names({path("/benign/a")}), ElementsAre("benign/a"));
  EXPECT_THAT(names({path("/benign/a/scenario.yaml"), path("/benign/a/"), path("")}),
              ElementsAre("benign/a"));
}

TEST_F(CorpusTest, KeepsPathsAsTheyWereGivenForRerunCommands) {
  add("benign/a");
  const Corpus corpus = loadCorpus({path("/benign/./a/")}, diagnostics_);
  ASSERT_EQ(1U, corpus.size());
  EXPECT_EQ(path("/benign/a"), corpus[0]->directory);
}

TEST_F(CorpusTest, CollectsMistakesOfAllScenarios) {
  add("benign/a", "storey: x\n");
  add("benign/b", "story: x\nslient: everything else\n");
  add("other/c");
  EXPECT_THAT(names({path("")}), ElementsAre());
  const std::string text = formatErrors(diagnostics_);
  EXPECT_THAT(text, HasSubstr("did you mean 'story'?"));
  EXPECT_THAT(text, HasSubstr("did you mean 'silent'?"));
  EXPECT_THAT(text, HasSubstr("not in 'other/c'"));
}

TEST_F(CorpusTest, RefusesWhatIsNoCorpus) {
  EXPECT_THROW(names({path("/missing")}), EnvironmentError);
  EXPECT_THROW(names({path("")}), EnvironmentError);
  std::ofstream(path("/file")) << "x";
  EXPECT_THROW(names({path("/file")}), EnvironmentError);
}

}  // namespace
}  // namespace exectrail::replay
