// The whole explanation of an alert, as a person reads it.
#include "analyzer/engine/explain.h"

#include <gtest/gtest.h>

#include "tests/analyzer/evaluation.h"

namespace exectrail::analyzer {
namespace {

using test::Evaluation;
using test::image;

TEST(Explain, ValuesEvidenceAndVerdict) {
  const auto program = test::compiled(
      test::recipeWith("raise:\n"
                       "  tool: 'process.name == ''x'' and not (cwd under ''/srv'')'\n"
                       "exempt:\n"
                       "  - {name: go, path: ['/tmp/**'], parent: genuine(@go), why: it links}\n"
                       "---\n"
                       "lists: {go: [/usr/bin/go]}\n"));
  Evaluation evaluation(
      {test::exec("/bin/sh").pid(1).top(), test::exec("/tmp/x").pid(2).by(image(1)).noCwd()});
  EXPECT_EQ(explainRecipe(program->recipes().front(), evaluation.judged(), 0),
            "true     result is one that the recipe judges: ok\n"
            "true     file.path = '/tmp/x' is in class temp\n"
            "raise.tool\n"
            "unknown    process.name == 'x' and not (cwd under '/srv')\n"
            "true         process.name == 'x'\n"
            "               process.name = 'x'  [kernel]\n"
            "unknown      not (cwd under '/srv')\n"
            "unknown        cwd under '/srv'\n"
            "                 cwd = not known\n"
            "exempt.go\n"
            "false      genuine(@go)\n"
            "verdict  alert, medium\n");
}

TEST(Explain, HostileBytesDoNotReachTheTerminal) {
  const auto program = test::compiled(test::recipeWith("raise:\n  a: args[0] == 'x'\n"));
  Evaluation evaluation({test::exec("/tmp/\033[2J").args({"\033]0;x\a", std::string(1000, 'a')})});
  const std::string text = explainRecipe(program->recipes().front(), evaluation.judged(), 0);
  EXPECT_EQ(text.find('\033'), std::string::npos);
  EXPECT_EQ(text.find('\a'), std::string::npos);
  EXPECT_LT(text.size(), 1000U);
}

}  // namespace
}  // namespace exectrail::analyzer
