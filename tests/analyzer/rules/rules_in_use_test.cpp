// When rules that were changed on disk take the place of those in use.
#include "analyzer/rules/rules_in_use.h"

#include <gtest/gtest.h>

namespace exectrail::analyzer {
namespace {

std::string sigma(const std::string& title, const std::string& field = "Image") {
  return "title: " + title +
         "\nlogsource: {product: linux, category: process_creation}\ndetection: {s: {" + field +
         ": /usr/bin/" + title + "}, condition: s}\n";
}

std::string replaced(RulesInUse& inUse, const std::vector<RuleFile>& files) {
  return inUse.replaceBy(compileRules(files)).value_or("");
}

TEST(RulesInUse, WhatBreaksKeepsTheOldOnes) {
  RulesInUse inUse;
  const RuleFile good{"good.yml", sigma("one"), {}};
  EXPECT_EQ("", replaced(inUse, {good, {"two.yml", sigma("two"), {}}}));
  const std::string torn = replaced(inUse, {good, {"two.yml", "title: [\n", {}}});
  EXPECT_TRUE(torn.starts_with("two.yml:")) << torn;
  EXPECT_NE(std::string::npos, torn.find(": no rule can be read: ")) << torn;
  EXPECT_EQ("two.yml:3: 'two' cannot be used any more: unknown field 'Imgae'",
            replaced(inUse, {good, {"two.yml", sigma("two", "Imgae"), {}}}));
  // What was refused is not what is compared with from now on.
  EXPECT_NE("", replaced(inUse, {good, {"two.yml", "title: [\n", {}}}));
  EXPECT_EQ("", replaced(inUse, {good, {"two.yml", sigma("two"), {}}}));
}

TEST(RulesInUse, WhatIsDeletedOrNewAndRefusedKeepsNothing) {
  RulesInUse inUse;
  const RuleFile good{"good.yml", sigma("one"), {}};
  // Broken from the beginning: it was said then.
  EXPECT_EQ("", replaced(inUse, {good, {"torn.yml", "title: [\n", {}}}));
  EXPECT_EQ("", replaced(inUse, {good, {"torn.yml", "title: [ \n", {}}}));
  EXPECT_EQ("", replaced(inUse, {good, {"new.yml", sigma("new", "Imgae"), {}}}));
  EXPECT_EQ("", replaced(inUse, {{"new.yml", sigma("new"), {}}}));
  EXPECT_NE("", replaced(inUse, {{"new.yml", sigma("new", "Imgae"), {}}}));
}

}  // namespace
}  // namespace exectrail::analyzer
