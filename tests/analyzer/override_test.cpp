// A site's own file changes what recipes say, without editing them.
#include <gtest/gtest.h>

#include "analyzer/output/exemption_text.h"
#include "tests/analyzer/analysis.h"

namespace exectrail::analyzer {
namespace {

using test::image;

const std::string kRecipe = test::recipeWith(
    "raise: {tool: process.name in @tools}\n"
    "exempt:\n"
    "  - {name: go, path: ['/tmp/go/**'], parent: genuine(@go), why: it links}\n"
    "---\n"
    "lists: {tools: [nc], go: [/usr/bin/go]}\n"
    "---\n");

std::string severityOf(const std::string& override, const test::Records& records) {
  const auto program = test::compiled(kRecipe + override);
  const auto analysis = test::analyze(*program, records);
  if (analysis.alerts.empty()) return "-";
  return std::string(name(analysis.alerts.back().severity));
}

const test::Records kTmp = {test::exec("/tmp/x")};
const test::Records kScratch = {test::exec("/scratch/x")};
const test::Records kGo = {test::exec("/usr/bin/go").pid(1).top(),
                           test::exec("/tmp/go/a").pid(2).by(image(1))};

TEST(Override, Classes) {
  EXPECT_EQ(severityOf("", kTmp), "medium");
  EXPECT_EQ(severityOf("override: test\nclasses: {temp: {severity: low}}\n", kTmp), "low");
  EXPECT_EQ(severityOf("", kScratch), "-");
  EXPECT_EQ(severityOf("override: test\nclasses: {temp: {add: [/scratch]}}\n", kScratch), "medium");
  EXPECT_EQ(severityOf("override: test\nclasses: {temp: {add: ['/scr*/**']}}\n", kScratch),
            "medium");
  EXPECT_EQ(severityOf("override: test\nclasses: {temp: {add: [/a], remove: [/tmp]}}\n", kTmp),
            "-");
}

TEST(Override, ListsSeverityAndConditions) {
  EXPECT_EQ(severityOf("override: test\nlists: {tools: {add: [x]}}\n", kTmp), "high");
  EXPECT_EQ(severityOf("override: test\nseverity: critical\n", kTmp), "critical");
  EXPECT_EQ(severityOf("override: test\nlists: {tools: {add: [x]}}\ndisable: [raise.tool]\n", kTmp),
            "medium");
  EXPECT_EQ(severityOf("override: test\nenabled: false\n", kTmp), "-");
}

TEST(Override, Exemptions) {
  EXPECT_EQ(severityOf("", kGo), "info");
  EXPECT_EQ(severityOf("override: test\ndisable: [exempt.go]\n", kGo), "medium");
  EXPECT_EQ(severityOf(
                "override: test\n"
                "exempt: [{name: own, path: ['/tmp/x'], parent: genuine(@go), why: mine}]\n",
                {test::exec("/usr/bin/go").pid(1).top(), test::exec("/tmp/x").pid(2).by(image(1))}),
            "info");
}

// What `recipes except` writes: that path below that parent by that user, and nothing beside it,
// whatever characters of patterns or of YAML they hold.
TEST(Override, WrittenExemption) {
  for (const std::string name : {"x", "a*b", "[a-z]", "{a,b}", "q?", "a b", "it's", "a\"b", "a\\b",
                                 "a: b", "#x", "!x", "&x", "\xc3\xa4"}) {
    const std::string path = "/tmp/" + name;
    const auto text = exemptionText({"test", "0123456789abcdef", path, "/opt/[x]/run",
                                     "why: \"not\" \\", "2099-01-01", "", 33});
    ASSERT_TRUE(text) << name;
    const auto severity = [&](const std::string& ran, const std::string& parent,
                              std::uint32_t user) {
      return severityOf(
          *text, {test::exec(parent).pid(1).top(), test::exec(ran).pid(2).by(image(1)).user(user)});
    };
    EXPECT_EQ(severity(path, "/opt/[x]/run", 33), "info") << *text;
    EXPECT_EQ(severity(path, "/opt/x/run", 33), "medium") << *text;
    EXPECT_EQ(severity(path, "/opt/[x]/run", 34), "medium") << *text;
    EXPECT_EQ(severity(path + "x", "/opt/[x]/run", 33), "medium") << *text;
    EXPECT_EQ(severity("/tmp/a", "/opt/[x]/run", 33), "medium") << *text;
  }
}

TEST(Override, ExemptionThatCannotBeWritten) {
  for (const std::string bad : {"a\nb", "a\033b", "\xff", "\xe2\x80\xae"}) {
    EXPECT_FALSE(exemptionText({"test", "0", "/tmp/" + bad, "/p", "r", "2099-01-01", "", {}}));
    EXPECT_FALSE(exemptionText({"test", "0", "/tmp/x", "/p", bad, "2099-01-01", "", {}}));
    EXPECT_FALSE(exemptionText({"test", "0", "/tmp/x", "/p", "r", "2099-01-01", bad, {}}));
  }
}

}  // namespace
}  // namespace exectrail::analyzer
