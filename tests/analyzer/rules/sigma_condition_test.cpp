// The grammar of Sigma conditions, by selections that always or never hold.
#include "analyzer/rules/sigma_condition.h"

#include <gtest/gtest.h>

#include "analyzer/rules/conditions.h"

namespace exectrail::analyzer::sigma {
namespace {

// Selections whose name holds a "t" hold, others do not.
std::string answer(const std::string& text) {
  const std::vector<std::string> names = {"t", "f", "sel_t", "sel_f", "all_t1", "all_t2", "_f"};
  const auto result = parseCondition(text, names, [](const std::string& name) {
    return name.find('t') == std::string::npos ? rules::never() : rules::always();
  });
  if (!result.condition) return result.problem;
  return rules::isAlways(*result.condition) ? "true" : "false";
}

TEST(SigmaCondition, Grammar) {
  const std::pair<const char*, const char*> vectors[] = {
      {"t", "true"},
      {"f", "false"},
      {"not t", "false"},
      {"not not t", "true"},
      {"t and f", "false"},
      {"t or f", "true"},
      {"t or f and f", "true"},  // `and` binds more strongly
      {"(t or f) and f", "false"},
      {"not f and t", "true"},  // `not` most strongly
      {"not (f and t)", "true"},
      {"NOT f AND t", "true"},
      {"1 of sel_*", "true"},
      {"any of sel_*", "true"},
      {"all of sel_*", "false"},
      {"all of all_*", "true"},
      {"1 of them", "true"},
      {"all of them", "false"},
      {"not 1 of sel_*", "false"},
      {"t and not 1 of _*", "true"},
      {"1 of f", "false"},
      {"( ( t ) )", "true"},
      {"1 of *_t*", "true"},
  };
  for (const auto& [text, expected] : vectors) EXPECT_EQ(answer(text), expected) << text;
}

TEST(SigmaCondition, ThemLeavesOutUnderscores) {
  const std::vector<std::string> names = {"a", "_b"};
  std::string asked;
  parseCondition("1 of them", names, [&](const std::string& name) {
    asked += name;
    return rules::never();
  });
  EXPECT_EQ(asked, "a");
}

TEST(SigmaCondition, Mistakes) {
  EXPECT_EQ(answer("x"), "the condition names 'x', and there is no such selection");
  EXPECT_EQ(answer("t and"), "the condition ends too early");
  EXPECT_EQ(answer(""), "the condition ends too early");
  EXPECT_EQ(answer("(t"), "'(' without ')' in the condition");
  EXPECT_EQ(answer("t t"), "unexpected 't' in the condition");
  EXPECT_EQ(answer("2 of sel_*"), "'2 of' is not 1 of, any of or all of");
  EXPECT_EQ(answer("1 of"), "the condition ends behind 'of'");
  EXPECT_EQ(answer("t | count() > 5"),
            "aggregations behind '|' are not supported; the specification replaced them with "
            "correlation rules");
  EXPECT_EQ(answer(std::string(200, '(')), "the condition is nested too deeply");
  EXPECT_EQ(answer(std::string(20'000, 't')), "the condition is too long");
}

TEST(SigmaCondition, PatternsWithoutSelectionsAreNamed) {
  const auto result =
      parseCondition("a or 1 of b_*", {"a"}, [](const std::string&) { return rules::always(); });
  EXPECT_EQ(result.unmatched, std::vector<std::string>{"b_*"});
  EXPECT_TRUE(rules::isAlways(*result.condition));
}

}  // namespace
}  // namespace exectrail::analyzer::sigma
