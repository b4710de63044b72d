// Sigma rules against a naive reading of them: it walks the generated rule and the exec's strings.
#include <gtest/gtest.h>

#include "tests/analyzer/rules/oracle.h"
#include "tests/analyzer/rules/rules.h"

namespace exectrail::analyzer {
namespace {

using test::Comparison;
using test::converted;
using test::Dice;
using test::programOf;
using test::Ran;
using test::small;
using test::someExecs;
using test::wild;

std::string inQuotes(const std::string& text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? "''" : std::string(1, c);
  return result + "'";
}

struct SigmaTest {
  std::string field;
  std::string modifiers;
  std::vector<std::string> values;

  std::string yaml() const {
    std::string list;
    for (const std::string& value : values) list += (list.empty() ? "" : ", ") + inQuotes(value);
    return "'" + field + modifiers + "': [" + list + "]";
  }

  bool holds(const Ran& ran) const {
    std::string text = ran.path;
    if (field == "CommandLine") text = Ran::joined(ran.args);
    if (field == "ParentImage") text = ran.parentPath;
    if (field == "ParentCommandLine") text = Ran::joined(ran.parentArgs);
    if (field == "CurrentDirectory") text = ran.cwd;
    if (field == "LogonId") text = std::to_string(ran.uid);
    const auto has = [&](std::string_view word) {
      return modifiers.find(word) != std::string::npos;
    };
    const auto one = [&](std::string value) {
      if (has("|contains")) value = "*" + value + "*";
      if (has("|startswith")) value += "*";
      if (has("|endswith")) value = "*" + value;
      return has("|cased") ? wild(value, text) : wild(small(value), small(text));
    };
    const bool any =
        has("|all") ? std::ranges::all_of(values, one) : std::ranges::any_of(values, one);
    return any != has("|neq");
  }
};

struct SigmaRule {
  std::vector<std::vector<SigmaTest>> selections;
  std::string condition;
  std::function<bool(const Ran&)> holds;
};

SigmaTest sigmaTest(Dice& dice) {
  SigmaTest test;
  test.field = dice.of<std::string>(
      {"Image", "CommandLine", "ParentImage", "ParentCommandLine", "CurrentDirectory", "LogonId"});
  if (test.field == "LogonId") {
    test.values = {std::to_string(dice.below(3))};
    return test;
  }
  test.modifiers = dice.of<std::string>({"", "|contains", "|contains", "|startswith", "|endswith"});
  if (dice.chance(20)) test.modifiers += "|cased";
  if (dice.chance(15)) test.modifiers += "|neq";
  if (!test.modifiers.empty() && test.modifiers[1] == 'c' && dice.chance(30)) {
    test.modifiers += "|all";
  }
  const std::vector<std::string> pieces = {"/usr/bin/", "curl", "/tmp", "*", "?",    "sh",
                                           "a",         " -c",  "\\*",  "b", "\\\\", "http"};
  for (std::size_t i = 1 + dice.below(3); i > 0; --i) {
    std::string value = dice.of(pieces);
    while (dice.chance(40)) value += dice.of(pieces);
    test.values.push_back(std::move(value));
  }
  return test;
}

SigmaRule sigmaRule(Dice& dice) {
  SigmaRule rule;
  for (std::size_t i = 0; i < 3; ++i) {
    std::vector<SigmaTest> tests;
    for (std::size_t n = 1 + dice.below(2); n > 0; --n) {
      SigmaTest test = sigmaTest(dice);
      const auto same = [&](const SigmaTest& other) {
        return other.field + other.modifiers == test.field + test.modifiers;
      };
      if (std::ranges::none_of(tests, same)) tests.push_back(std::move(test));
    }
    rule.selections.push_back(std::move(tests));
  }
  const auto selection = [selections = rule.selections](std::size_t i, const Ran& ran) {
    return std::ranges::all_of(selections[i],
                               [&](const SigmaTest& test) { return test.holds(ran); });
  };
  switch (dice.below(6)) {
    case 0:
      rule.condition = "s0 and not s1";
      rule.holds = [=](const Ran& r) { return selection(0, r) && !selection(1, r); };
      break;
    case 1:
      rule.condition = "1 of s*";
      rule.holds = [=](const Ran& r) {
        return selection(0, r) || selection(1, r) || selection(2, r);
      };
      break;
    case 2:
      rule.condition = "s0 or s1 and s2";
      rule.holds = [=](const Ran& r) {
        return selection(0, r) || (selection(1, r) && selection(2, r));
      };
      break;
    case 3:
      rule.condition = "not (s0 or s1) and s2";
      rule.holds = [=](const Ran& r) {
        return !(selection(0, r) || selection(1, r)) && selection(2, r);
      };
      break;
    case 4:
      rule.condition = "s0 and not 1 of s1*";
      rule.holds = [=](const Ran& r) { return selection(0, r) && !selection(1, r); };
      break;
    default:
      rule.condition = "s2 and not all of them";
      rule.holds = [=](const Ran& r) {
        return selection(2, r) && !(selection(0, r) && selection(1, r));
      };
      break;
  }
  return rule;
}

std::string yamlOf(const SigmaRule& rule) {
  std::string text;
  for (std::size_t i = 0; i < rule.selections.size(); ++i) {
    text += "  s" + std::to_string(i) + ":\n";
    for (const SigmaTest& test : rule.selections[i]) text += "    " + test.yaml() + "\n";
  }
  return test::sigma(text + "  condition: " + rule.condition + "\n");
}

TEST(RulesOracle, Sigma) {
  Comparison comparison;
  for (std::uint32_t seed = 0; seed < 200; ++seed) {
    Dice dice(seed);
    const SigmaRule rule = sigmaRule(dice);
    const std::string yaml = yamlOf(rule);
    const std::string what = "seed " + std::to_string(seed) + "\n" + yaml;
    const auto program = programOf(yaml);
    if (!program) continue;
    const std::vector<Ran> all = someExecs(dice);
    ASSERT_NO_FATAL_FAILURE(comparison.compare(*program, all, rule.holds, what));
    if (seed % 4 != 0) continue;
    const auto again = converted(*program);
    ASSERT_TRUE(again);
    ASSERT_NO_FATAL_FAILURE(comparison.compare(*again, all, rule.holds, "converted, " + what));
  }
  EXPECT_GT(comparison.asked, 2000U);
  EXPECT_GT(comparison.fired, 250U);  // both answers are asked for
  EXPECT_LT(comparison.fired, comparison.asked - 250);
}

// Many rules at once, which share automata and indexes, say what each says alone.
TEST(RulesOracle, SigmaTogether) {
  std::vector<SigmaRule> rules;
  std::string yaml;
  for (std::uint32_t seed = 1000; seed < 1150; ++seed) {
    Dice dice(seed);
    SigmaRule rule = sigmaRule(dice);
    std::string text = yamlOf(rule);
    if (!programOf(text)) continue;
    const std::string title = "together " + std::to_string(rules.size());
    text.replace(text.find("title: "), text.find('\n', text.find("title: ")) - text.find("title: "),
                 "title: " + title);
    if (const std::size_t id = text.find("\nid: "); id != std::string::npos) {
      text.erase(id, text.find('\n', id + 1) - id);
    }
    yaml += (yaml.empty() ? "" : "---\n") + text;
    rules.push_back(std::move(rule));
  }
  const auto program = programOf(yaml);
  ASSERT_TRUE(program);
  ASSERT_EQ(rules.size(), program->recipes().size());
  Comparison comparison;
  Dice dice(7);
  for (int round = 0; round < 4; ++round) {
    const std::vector<Ran> all = someExecs(dice);
    const auto fires = test::firesOn(*program, all);
    for (std::size_t i = 0; i < rules.size(); ++i) {
      const std::string name = "sigma/together-" + std::to_string(i);
      ASSERT_NO_FATAL_FAILURE(
          comparison.compare(fires.at(name), all, rules[i].holds, name + "\n" + yamlOf(rules[i])));
    }
  }
  EXPECT_GT(comparison.fired, 1000U);
  EXPECT_LT(comparison.fired, comparison.asked - 1000);
}

}  // namespace
}  // namespace exectrail::analyzer
