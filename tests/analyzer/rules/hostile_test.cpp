// Rules from anywhere: bombs, broken files among good ones, expressions that would never end.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/analyzer/rules/rules.h"
#include "tests/support/temporary_folder.h"
#include "trace/errors.h"

namespace exectrail::analyzer {
namespace {

using test::account;
using test::exec;
using test::load;
using test::sigma;

const std::string kGood = sigma("  s: {Image|endswith: /x}\n  condition: s\n");

TEST(HostileRules, Yaml) {
  EXPECT_EQ(account(load("a: &x [1]\nb: *x\n")), "refused\n1: YAML anchors are not allowed");
  EXPECT_EQ(account(load("")), "refused\n1: the file is empty");
  EXPECT_EQ(account(load("just text")),
            "refused\n1: neither a Sigma rule nor a KubeArmor policy nor Falco rules");
  EXPECT_EQ(account(load(kGood + "---\n[")).substr(0, 14), "loaded\nrefused");
  EXPECT_EQ(account(load(std::string(5000, '['))).substr(0, 7), "refused");
  EXPECT_EQ(account(load(kGood + std::string(2 << 20, '#'))),
            "refused\n1: the file has " + std::to_string(kGood.size() + (2 << 20)) +
                " bytes, at most 1048576 are allowed");
}

TEST(HostileRules, Sizes) {
  std::string many = "[x0";
  for (int i = 1; i < 20'000; ++i) many += ", x" + std::to_string(i);
  const std::string selection = "  s: {CommandLine|contains: " + many + "]}\n";
  EXPECT_EQ(account(load(sigma(selection + "  condition: s\n"))), "loaded");
  std::string condition = "s";
  for (int i = 0; i < 400; ++i) condition += " or s";
  EXPECT_EQ(account(load(sigma(selection + "  condition: " + condition + "\n"))),
            "refused\n6: the rule is too large");
  EXPECT_EQ(account(load(sigma("  " + std::string(500, 'n') + ": {User: root}\n  condition: x\n"))),
            "refused\n"
            "5: the name of a selection is longer than 256 bytes\n"
            "6: the condition names 'x', and there is no such selection");
}

// Of the first, time was quadratic; of the others, all were made before they were counted.
TEST(HostileRules, ManySmallOnes) {
  std::string keys = kGood;
  for (int i = 0; i < 30'000; ++i) keys += "k" + std::to_string(i) + ": 1\n";
  EXPECT_EQ(account(load(keys)), "loaded");
  const auto values = [](const std::string& key, const std::string& value) {
    std::string text = "  s:\n    " + key + ":\n";
    for (int i = 0; i < 20'000; ++i) text += "    - '" + value + std::to_string(i) + "'\n";
    return account(load(sigma(text + "  condition: s\n")));
  };
  EXPECT_NE(values("CommandLine|re", "(a|b)x").find("the rule is too large"), std::string::npos);
  EXPECT_NE(values("CommandLine|contains|windash", " -a -b -c").find("the rule is too large"),
            std::string::npos);
}

TEST(HostileRules, AllFilesTogether) {
  const test::TemporaryFolder folder;
  for (const char* name : {"/a.yml", "/b.yml", "/c.yml"}) {
    std::ofstream(folder.path() + name) << std::string(1 << 19, '#') + "\n" + kGood;
  }
  const RuleSet rules = compileRules(loadRuleFiles({folder.path()}, 1 << 20));
  EXPECT_EQ(account(rules),
            "loaded\nloaded\nrefused\n1: not read: the files before it have 1 MiB together");
}

// RE2 promises linear time; what it would need too much memory for is refused.
TEST(HostileRules, Expressions) {
  const std::string bomb = sigma("  s: {CommandLine|re: '(a+)+$'}\n  condition: s\n");
  EXPECT_EQ(account(load(bomb)), "loaded");
  EXPECT_FALSE(test::fires(bomb, {exec("/usr/bin/x").args({std::string(100'000, 'a') + "b"})}));
  EXPECT_EQ(account(load(sigma("  s: {CommandLine|re: '((a{100}){100}){100}'}\n  condition: s\n")))
                .substr(0, 7),
            "refused");
  const std::string stars = sigma("  s: {CommandLine: '*a*a*a*a*a*a*a*a*b'}\n  condition: s\n");
  EXPECT_FALSE(test::fires(stars, {exec("/usr/bin/x").args({std::string(100'000, 'a')})}));
}

TEST(HostileRules, TenThousandFilesWithBrokenOnesAmongThem) {
  const test::TemporaryFolder folder;
  const std::filesystem::path root(folder.path());
  std::filesystem::create_directories(root / "deep/er");
  for (int i = 0; i < 10'000; ++i) {
    std::ofstream file(root / (i % 2 == 0 ? "deep/er" : "deep") / (std::to_string(i) + ".yml"));
    file << (i % 10 == 0 ? "title: [" : kGood);
  }
  std::ofstream(root / "not-a-rule.txt") << "[";
  std::filesystem::create_symlink("missing", root / "dangling.yml");
  std::filesystem::create_directory_symlink(root, root / "deep/loop");
  const RuleSet rules = compileRules(loadRuleFiles({folder.path()}));
  EXPECT_EQ(ruleTotals(rules),
            "10001 rules in 10001 files: 9000 loaded, 0 loaded with a warning, 1001 refused");
  EXPECT_EQ(rules.recipes.size(), 9000U);
  EXPECT_EQ(rules.recipes.back().info->name, "sigma/test-9000");
}

TEST(HostileRules, PathsThatAreNotThere) {
  EXPECT_THROW(loadRuleFiles({"/nonexistent/rules"}), EnvironmentError);
  const test::TemporaryFolder folder;
  EXPECT_THROW(loadRuleFiles({folder.path()}), EnvironmentError);  // no rules in it
}

TEST(HostileRules, TheTableEscapesWhatRulesSay) {
  const std::string table =
      ruleTable(load("title: \"\\e[31mred\\n\"\nlogsource: {}\ndetection: {}\n"));
  EXPECT_EQ(table.find('\x1b'), std::string::npos);
  EXPECT_EQ(std::count(table.begin(), table.end(), '\n'), 3) << table;
}

}  // namespace
}  // namespace exectrail::analyzer
