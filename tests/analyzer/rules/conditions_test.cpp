// What rules become is written in the language of recipes: read back, it says the same. And
// knownToBe() against its definition.
#include "analyzer/rules/conditions.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/analyzer/evaluation.h"

namespace exectrail::analyzer::rules {
namespace {

using test::Evaluation;
using test::exec;
using test::image;
using Kind = Condition::Kind;

test::Records records() {
  return {exec("/usr/bin/dash").pid(7).args({"sh", "it's"}),
          exec("/tmp/A").pid(8).by(image(7)).args({"A", "-c", "x y"}).noCwd().noFile()};
}

// Comparisons that are true, false and not known of the second record.
std::vector<Condition> leaves() {
  std::string problem;
  std::vector<Condition> leaves;
  const FieldRef file = fieldRef("file.path");
  const FieldRef line = fieldRef("command_line");
  const FieldRef cwd = fieldRef("cwd");
  leaves.push_back(textTest(file, Kind::kEqual, {"/tmp/a"}, true));
  leaves.push_back(textTest(file, Kind::kEqual, {"/tmp/a"}, false));
  leaves.push_back(textTest(file, Kind::kEqual, {"/x", "/tmp/A"}, false));
  leaves.push_back(textTest(line, Kind::kContains, {"C X", "it's"}, true));
  leaves.push_back(textTest(line, Kind::kStartsWith, {"A "}, false));
  leaves.push_back(textTest(line, Kind::kEndsWith, {"y", "z"}, false));
  leaves.push_back(textTest(cwd, Kind::kEqual, {"/tmp"}, false));
  leaves.push_back(*regexTest(line, "(?i)^a.*'?y$", problem));
  leaves.push_back(*regexTest(cwd, "x", problem));
  leaves.push_back(underTest(file, {"/tmp", "/srv"}));
  leaves.push_back(numberTest(fieldRef("user.id"), Operator::kGreater, 5));
  leaves.push_back(numberTest(fieldRef("file.uid"), Operator::kEqual, 0));
  leaves.push_back(sameTest(fieldRef("user.id"), fieldRef("file.uid"), false));
  leaves.push_back(sameTest(file, fieldRef("typed_path"), true));
  leaves.push_back(existsTest(cwd));
  leaves.push_back(existsTest(line));
  leaves.push_back(absentTest(cwd));
  leaves.push_back(booleanTest(fieldRef("attempt")));
  leaves.push_back(
      anyElement(fieldRef("args"), textTest(fieldRef("it"), Kind::kEqual, {"-c"}, false)));
  for (const std::uint32_t generation : {0U, 1U, 2U, 9U}) {
    leaves.push_back(anyAncestor(
        textTest(fieldRef(".executable"), Kind::kEndsWith, {"/dash"}, false), generation));
  }
  return leaves;
}

class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed), leaves_(leaves()) {}

  Condition make(int depth) {
    const std::size_t kind = depth == 0 ? 0 : random_() % 4;
    if (kind == 0) return leaves_[random_() % leaves_.size()];
    if (kind == 1) return negation(make(depth - 1));
    std::vector<Condition> parts;
    parts.push_back(make(depth - 1));
    parts.push_back(make(depth - 1));
    return kind == 2 ? allOf(std::move(parts)) : anyOf(std::move(parts));
  }

 private:
  std::mt19937 random_;
  std::vector<Condition> leaves_;
};

TEST(RuleConditions, TextsSayTheSame) {
  Evaluation evaluation(records());
  for (const Condition& leaf : leaves()) {
    EXPECT_EQ(evaluation(leaf.text), evaluation(leaf)) << leaf.text;
  }
  int known = 0;
  for (unsigned seed = 0; seed < 300; ++seed) {
    const Condition condition = Generator(seed).make(4);
    const Tri direct = evaluation(condition);
    known += direct != Tri::kUnknown ? 1 : 0;
    ASSERT_EQ(evaluation(condition.text), direct) << "seed " << seed << ": " << condition.text;
  }
  EXPECT_GT(known, 50);
  EXPECT_LT(known, 290);
}

// Two-valued, with what is not known being false.
bool definition(const Condition& condition, Evaluation& evaluation) {
  const auto& children = condition.children;
  switch (condition.kind) {
    case Kind::kAnd:
      return definition(children[0], evaluation) && definition(children[1], evaluation);
    case Kind::kOr:
      return definition(children[0], evaluation) || definition(children[1], evaluation);
    case Kind::kNot:
      return !definition(children[0], evaluation);
    default:
      return evaluation(condition) == Tri::kTrue;
  }
}

TEST(RuleConditions, WhatIsNotKnownIsNoMatch) {
  Evaluation evaluation(records());
  int changed = 0;
  for (unsigned seed = 0; seed < 1000; ++seed) {
    const Condition condition = Generator(seed).make(5);
    const bool expected = definition(condition, evaluation);
    changed += evaluation(condition) == Tri::kUnknown ? 1 : 0;
    const Condition known = knownToBe(condition);
    ASSERT_EQ(evaluation(known), triOf(expected)) << "seed " << seed << ": " << condition.text;
    ASSERT_EQ(evaluation(known.text), triOf(expected)) << known.text;
  }
  EXPECT_GT(changed, 50);
}

TEST(RuleConditions, ConstantsAreFolded) {
  const Condition leaf = existsTest(fieldRef("cwd"));
  EXPECT_TRUE(isNever(allOf({leaf, never()})));
  EXPECT_TRUE(isAlways(anyOf({leaf, always()})));
  EXPECT_EQ(allOf({leaf, always()}).text, leaf.text);
  EXPECT_EQ(anyOf({never(), leaf}).text, leaf.text);
  EXPECT_TRUE(isAlways(negation(never())));
  EXPECT_TRUE(isAlways(allOf({})));
  EXPECT_TRUE(isNever(anyOf({})));
}

}  // namespace
}  // namespace exectrail::analyzer::rules
