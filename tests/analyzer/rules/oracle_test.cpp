// Falco's rules and KubeArmor's patterns against a naive reading of them.
#include "tests/analyzer/rules/oracle.h"

#include <gtest/gtest.h>

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

// ---- Falco

struct FalcoTest {
  std::string field;
  std::string op;
  std::vector<std::string> values;

  std::string text() const {
    const auto quoted = [](const std::string& value) {
      std::string result = "\"";
      for (const char c : value) result += (c == '\\' || c == '"' ? "\\" : "") + std::string(1, c);
      return result + "\"";
    };
    if (op != "in") return field + " " + op + " " + quoted(values[0]);
    std::string list;
    for (const std::string& value : values) list += (list.empty() ? "" : ", ") + quoted(value);
    return field + " in (" + list + ")";
  }

  bool holds(const Ran& ran) const {
    std::string left = Ran::nameOf(ran.path);
    if (field == "proc.exepath") left = ran.path;
    if (field == "proc.pname") left = Ran::nameOf(ran.parentPath);
    if (field == "proc.pexepath") left = ran.parentPath;
    if (field == "proc.exe") left = ran.args[0];
    if (field == "proc.cwd") left = ran.cwd;
    if (field == "proc.args") left = Ran::joined(ran.args, 1);
    const std::string& right = values[0];
    if (op == "in") return std::ranges::count(values, left) > 0;
    if (op == "=") return left == right;
    if (op == "!=") return left != right;
    if (op == "contains") return left.find(right) != std::string::npos;
    if (op == "icontains") return small(left).find(small(right)) != std::string::npos;
    if (op == "startswith") return left.starts_with(right);
    if (op == "endswith") return left.ends_with(right);
    return wild(right, left);  // glob
  }
};

FalcoTest falcoTest(Dice& dice) {
  FalcoTest test;
  test.field = dice.of<std::string>(
      {"proc.name", "proc.exepath", "proc.pname", "proc.pexepath", "proc.exe", "proc.cwd"});
  test.op = dice.of<std::string>(
      {"=", "!=", "in", "contains", "icontains", "startswith", "endswith", "glob"});
  const std::vector<std::string> values = {"sh", "curl", "Curl", "/usr/bin/curl", "/tmp", "/tmp/x",
                                           "x",  "/usr", "bin",  "/srv/a",        "nginx"};
  for (std::size_t i = 0; i < 3; ++i) test.values.push_back(dice.of(values));
  if (test.op == "glob") test.values[0] = dice.of<std::string>({"/usr/*", "*curl", "?h", "/t?p/*"});
  return test;
}

TEST(RulesOracle, Falco) {
  Comparison comparison;
  for (std::uint32_t seed = 0; seed < 150; ++seed) {
    Dice dice(seed);
    const FalcoTest a = falcoTest(dice), b = falcoTest(dice), c = falcoTest(dice);
    const std::string yaml =
        "- rule: A\n  desc: d\n  output: o\n  priority: INFO\n  condition: >\n    (" + a.text() +
        " or not " + b.text() + ") and not (" + c.text() + " and " + b.text() + ")\n";
    const auto holds = [&](const Ran& ran) {
      return (a.holds(ran) || !b.holds(ran)) && !(c.holds(ran) && b.holds(ran));
    };
    const std::string what = "seed " + std::to_string(seed) + "\n" + yaml;
    const auto program = programOf(yaml);
    ASSERT_TRUE(program) << yaml;
    const std::vector<Ran> all = someExecs(dice);
    ASSERT_NO_FATAL_FAILURE(comparison.compare(*program, all, holds, what));
    if (seed % 4 != 0) continue;
    const auto again = converted(*program);
    ASSERT_TRUE(again);
    ASSERT_NO_FATAL_FAILURE(comparison.compare(*again, all, holds, "converted, " + what));
  }
  EXPECT_GT(comparison.fired, 150U);
  EXPECT_LT(comparison.fired, comparison.asked - 150);
}

// ---- KubeArmor

// AppArmor's meaning, by trying everything. A star that is a whole component is not empty.
bool apparmor(std::string_view pattern, std::string_view text, char before = '\0') {
  if (pattern.empty()) return text.empty();
  if (pattern[0] == '*') {
    const bool deep = pattern.starts_with("**");
    const std::string_view rest = pattern.substr(deep ? 2 : 1);
    const bool component = before == '/' && (rest.empty() || rest[0] == '/');
    for (std::size_t skip = component ? 1 : 0; skip <= text.size(); ++skip) {
      if (!deep && text.substr(0, skip).find('/') != std::string_view::npos) break;
      if (apparmor(rest, text.substr(skip), '*')) return true;
    }
    return false;
  }
  if (text.empty()) return false;
  if (pattern[0] == '?') {
    return text[0] != '/' && apparmor(pattern.substr(1), text.substr(1), '?');
  }
  return pattern[0] == text[0] && apparmor(pattern.substr(1), text.substr(1), pattern[0]);
}

TEST(RulesOracle, KubeArmorPatterns) {
  const std::vector<std::string> pieces = {"/tmp", "/",  "*", "**",       "x",
                                           "?",    "/a", "b", "/usr/bin/"};
  const std::vector<std::string> files = {"/tmp/x",   "/tmp/a/b",     "/tmp/a/x/b", "/tmpx",
                                          "/opt/a/b", "/usr/bin/xab", "/tmp/ab",    "/x"};
  Comparison comparison;
  for (std::uint32_t seed = 0; seed < 400; ++seed) {
    Dice dice(seed);
    std::string pattern = "/";
    while (pattern.size() < 2 || dice.chance(70)) pattern += dice.of(pieces);
    const bool odd =
        pattern.find("//") != std::string::npos || pattern.find("***") != std::string::npos;
    if (odd) continue;
    const auto program = programOf(test::policy("  process: {matchPatterns: [{pattern: '" +
                                                pattern + "'}]}\n  action: Audit\n"));
    ASSERT_TRUE(program) << pattern;
    std::vector<Ran> all;
    for (const std::string& file : files) {
      all.push_back(test::anExec(dice));
      all.back().path = file;
    }
    const auto holds = [&](const Ran& ran) { return apparmor(pattern, ran.path); };
    ASSERT_NO_FATAL_FAILURE(comparison.compare(*program, all, holds, pattern));
  }
  EXPECT_GT(comparison.asked, 1200U);
  EXPECT_GT(comparison.fired, 100U);
}

}  // namespace
}  // namespace exectrail::analyzer
