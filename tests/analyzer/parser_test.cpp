// Precedence, forms and limits of the expression language. What is wrong with bad expressions is in
// tests/data/recipes/errors.
#include "analyzer/compiler/parser.h"

#include <gtest/gtest.h>

namespace exectrail::analyzer {
namespace {

std::string show(const Operand& operand) {
  std::string text =
      operand.kind == Operand::Kind::kNumber ? std::to_string(operand.number) : operand.text;
  if (operand.kind == Operand::Kind::kText) text = "'" + text + "'";
  if (operand.kind == Operand::Kind::kListName) text = "@" + text;
  if (operand.indexed) text += "[" + std::to_string(operand.index) + "]";
  for (const Operand& item : operand.items) text += (text.empty() ? "" : ",") + show(item);
  return text;
}

// Lisp-like, so that the tree can be seen.
std::string show(const Expression& expression) {
  std::string text;
  switch (expression.kind) {
    case Expression::Kind::kAnd:
      text = "and";
      break;
    case Expression::Kind::kOr:
      text = "or";
      break;
    case Expression::Kind::kNot:
      text = "not";
      break;
    case Expression::Kind::kAny:
      text = "any";
      break;
    case Expression::Kind::kAll:
      text = "all";
      break;
    case Expression::Kind::kNearest:
      text = "nearest";
      break;
    case Expression::Kind::kSurely:
      text = "surely";
      break;
    case Expression::Kind::kExists:
      return "(exists " + show(expression.left) + ")";
    case Expression::Kind::kName:
      return show(expression.left);
    case Expression::Kind::kGenuine:
      return "(genuine " + show(expression.right) + ")";
    case Expression::Kind::kComparison:
      return "(" + std::string(name(expression.op)) + (expression.nocase ? "/nocase " : " ") +
             show(expression.left) + " " + show(expression.right) + ")";
  }
  for (const Expression& child : expression.children) text += " " + show(child);
  return "(" + text + ")";
}

std::string parse(const std::string& text) {
  std::string problem;
  const auto expression = parseExpression(
      text, [&](DiagnosticCode, std::size_t offset, const std::string& message,
                const std::string&) { problem = std::to_string(offset) + ": " + message; });
  return expression ? show(*expression) : problem;
}

TEST(Parser, Precedence) {
  EXPECT_EQ(parse("a == 1 or b == 2 and not c == 3"),
            "(or (== a 1) (and (== b 2) (not (== c 3))))");
  EXPECT_EQ(parse("(a == 1 or b == 2) and c == 3"), "(and (or (== a 1) (== b 2)) (== c 3))");
  EXPECT_EQ(parse("a == 1 and b == 2 and c == 3"), "(and (== a 1) (== b 2) (== c 3))");
  EXPECT_EQ(parse("not not a == 1"), "(not (not (== a 1)))");
}

TEST(Parser, Forms) {
  EXPECT_EQ(parse("args[0] matches '^x'"), "(matches args[0] '^x')");
  EXPECT_EQ(parse("class in [shm, temp]"), "(in class shm,temp)");
  EXPECT_EQ(parse("file.path not in @a"), "(not (in file.path @a))");
  EXPECT_EQ(parse("any(lineage, .executable in @a)"), "(any (in .executable @a))");
  EXPECT_EQ(parse("surely(a == 1 or exists(b[2]))"), "(surely (or (== a 1) (exists b[2])))");
  EXPECT_EQ(parse("all(lineage, .user.id == 0)"), "(all (== .user.id 0))");
  EXPECT_EQ(parse("genuine(parent, @a)"), "(genuine @a)");
  EXPECT_EQ(parse("genuine(@a) and file.uid == 0"), "(and (genuine @a) (== file.uid 0))");
  EXPECT_EQ(parse("file.path under ['/tmp', '/run']"), "(under file.path '/tmp','/run')");
}

TEST(Parser, Problems) {
  EXPECT_EQ(parse(""), "0: expected a value, found the end of the expression");
  EXPECT_EQ(parse("a == 1 b == 2"), "7: unexpected 'b'");
  EXPECT_EQ(parse("a == 1 == 2"), "7: unexpected '=='");
  EXPECT_EQ(parse("(a == 1"), "7: expected ')', found the end of the expression");
  EXPECT_EQ(parse("a == 'x"), "5: quoted text without a closing quote");
}

TEST(Parser, BombsAreRefused) {
  EXPECT_EQ(parse(std::string(20'000, '(')), "0: the expression is too long");
  EXPECT_EQ(parse(std::string(1000, '(') + "a == 1"), "32: the expression is nested too deeply");
  std::string nots;
  for (int i = 0; i < 3000; ++i) nots += "not ";
  EXPECT_EQ(parse(nots + "a == 1"), "12006: too many 'not'");
  std::string chain = "a == 1";
  for (int i = 0; i < 900; ++i) chain += " or a == 1";
  EXPECT_NE(parse(chain).find("the expression is too long"), std::string::npos);
}

}  // namespace
}  // namespace exectrail::analyzer
