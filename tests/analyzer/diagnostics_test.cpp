// Each tests/data/recipes/errors/NAME.yaml is compiled, and what is said about it must be NAME.txt.
// UPDATE_GOLDEN=1 writes the .txt files anew: read the difference before you commit it.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "analyzer/compiler/program.h"

namespace exectrail::analyzer {
namespace {

namespace fs = std::filesystem;

std::string contents(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::string> cases() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(fs::path(TEST_DATA) / "recipes/errors")) {
    if (entry.path().extension() == ".yaml") names.push_back(entry.path().stem().string());
  }
  std::ranges::sort(names);
  return names;
}

class GoldenDiagnostics : public testing::TestWithParam<std::string> {};

TEST_P(GoldenDiagnostics, AreAsExpected) {
  const fs::path stem = fs::path(TEST_DATA) / "recipes/errors" / GetParam();
  Diagnostics diagnostics;
  const auto program =
      compile({{GetParam() + ".yaml", contents(stem.string() + ".yaml")}}, diagnostics);
  EXPECT_EQ(program, nullptr);
  const std::string got = diagnostics.format();
  if (std::getenv("UPDATE_GOLDEN") != nullptr) std::ofstream(stem.string() + ".txt") << got;
  EXPECT_EQ(got, contents(stem.string() + ".txt"));
}

INSTANTIATE_TEST_SUITE_P(Recipes, GoldenDiagnostics, testing::ValuesIn(cases()),
                         [](const auto& test) { return test.param; });

TEST(Diagnostics, ControlCharactersDoNotReachTheTerminal) {
  Diagnostics diagnostics;
  diagnostics.addSource("a\033.yaml", "x\033[2Jy");
  diagnostics.error(DiagnosticCode::kBadValue, {"a\033.yaml", 1, 2}, "bad \033 value",
                    "do \a this");
  EXPECT_EQ(diagnostics.format(),
            "a?.yaml:1:2: error[R013]: bad ? value\n    x?[2Jy\n     ^\nhelp: do ? this\n");
}

TEST(Diagnostics, CaretStandsUnderTheCharacter) {
  Diagnostics diagnostics;
  diagnostics.addSource("a.yaml", "\xc3\xa4\xc3\xb6 x");
  diagnostics.error(DiagnosticCode::kBadValue, {"a.yaml", 1, 6}, "m", "");
  EXPECT_EQ(diagnostics.format(), "a.yaml:1:6: error[R013]: m\n    \xc3\xa4\xc3\xb6 x\n       ^\n");
}

TEST(Diagnostics, PositionsOutsideTheTextAreHarmless) {
  Diagnostics diagnostics;
  diagnostics.addSource("a.yaml", "x");
  diagnostics.error(DiagnosticCode::kBadValue, {"a.yaml", 9, 9}, "m", "");
  diagnostics.error(DiagnosticCode::kBadValue, {"a.yaml", 1, 99}, "n", "");
  diagnostics.error(DiagnosticCode::kBadValue, {"b.yaml", 1, 1}, "o", "");
  EXPECT_NE(diagnostics.format().find("error[R013]: o"), std::string::npos);
}

TEST(Diagnostics, ANameIsFoundByATypingErrorByWholeWordsOfItAndByItsFirstTwo) {
  const std::vector<std::string> names = {"download_then_exec", "exec_outside_allowed_dirs",
                                          "exec_from_unusual_dir", "shell_escape"};
  const std::string meant = ", did you mean 'exec_from_unusual_dir'?";
  EXPECT_EQ(meant, didYouMean("exec_from_unusual_dri", names));
  EXPECT_EQ(meant, didYouMean("unusual_dir", names));
  EXPECT_EQ(meant, didYouMean("exec_from", names));
  EXPECT_EQ(meant, didYouMean("exec_from_tmp", names));
  EXPECT_EQ("", didYouMean("exec_tmp", names));
  EXPECT_EQ("", didYouMean("dir", names)) << "half a word of a name is nobody's in particular";
  EXPECT_EQ("", didYouMean("exec_from_anything_that_is_much_longer", names));
}

}  // namespace
}  // namespace exectrail::analyzer
