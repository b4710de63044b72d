// Where recipe files come from, and the hash that says which they were.
#include "analyzer/compiler/recipe_files.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "trace/errors.h"

namespace exectrail::analyzer {
namespace {

namespace fs = std::filesystem;

class RecipeFiles : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "recipe_files_XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
    return (folder_ / name).string();
  }

  fs::path folder_;
};

TEST_F(RecipeFiles, FolderInOrderOfName) {
  write("b.yaml", "b");
  write("a.yml", "a");
  write("c.txt", "c");
  const auto sources = loadRecipes({folder_.string()});
  ASSERT_EQ(sources.size(), 2U);
  EXPECT_EQ(sources[0].text, "a");
  EXPECT_EQ(sources[1].text, "b");
}

TEST_F(RecipeFiles, ReadOnceHoweverOftenNamed) {
  const std::string file = write("a.yaml", "a");
  EXPECT_EQ(loadRecipes({file, folder_.string(), folder_.string() + "/./a.yaml"}).size(), 1U);
}

TEST_F(RecipeFiles, WhatIsNotThereIsAnError) {
  EXPECT_THROW(loadRecipes({(folder_ / "none.yaml").string()}), EnvironmentError);
  EXPECT_THROW(loadRecipes({folder_.string()}), EnvironmentError);  // no recipe in it
}

TEST_F(RecipeFiles, TakesTheMemoryThatAFileNeeds) {
  const std::string text(200'001, 'x');
  const auto sources = loadRecipes({write("a.yaml", text), write("b.yaml", "")});
  EXPECT_TRUE(sources[0].text == text);
  EXPECT_LT(sources[0].text.capacity(), 2 * text.size());
  EXPECT_EQ(sources[1].text, "");
  fs::resize_file(write("large.yaml", ""), (16 << 20) + 1);  // a hole: takes no disk
  EXPECT_THROW(loadRecipes({(folder_ / "large.yaml").string()}), EnvironmentError);
}

TEST(InputsHash, DependsOnNamesAndContentsNotOnPlacesOrOrder) {
  const std::string hash = inputsSha256({{"/a/x.yaml", "1"}, {"/a/y.yaml", "2"}});
  EXPECT_EQ(hash.size(), 64U);
  EXPECT_EQ(hash, inputsSha256({{"/b/y.yaml", "2"}, {"/c/x.yaml", "1"}}));
  EXPECT_NE(hash, inputsSha256({{"/a/x.yaml", "2"}, {"/a/y.yaml", "1"}}));
  EXPECT_NE(hash, inputsSha256({{"/a/x.yaml", "1"}, {"/a/z.yaml", "2"}}));
  EXPECT_NE(inputsSha256({{"a", "bc"}}), inputsSha256({{"ab", "c"}}));
}

}  // namespace
}  // namespace exectrail::analyzer
