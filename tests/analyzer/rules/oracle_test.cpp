// Rules of other tools against a naive reading of them: generated rules and generated execs. The
// naive side knows neither conditions nor the engine; it walks the generated rule and the exec's
// strings.
#include <gtest/gtest.h>

#include <functional>
#include <random>

#include "analyzer/compiler/program.h"
#include "analyzer/rules/rule_text.h"
#include "tests/analyzer/rules/rules.h"

namespace exectrail::analyzer {
namespace {

using test::exec;
using test::image;
using test::Records;

std::string small(std::string text) {
  for (char& c : text) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  return text;
}

// What ran, and its parent, as both sides see them.
struct Ran {
  std::string path;
  std::vector<std::string> args;
  std::string cwd;
  std::string parentPath;
  std::vector<std::string> parentArgs;
  std::uint32_t uid = 0;

  static std::string joined(const std::vector<std::string>& texts, std::size_t from = 0) {
    std::string line;
    for (std::size_t i = from; i < texts.size(); ++i) line += (i > from ? " " : "") + texts[i];
    return line;
  }
  static std::string nameOf(const std::string& path) { return path.substr(path.rfind('/') + 1); }
};

class Dice {
 public:
  explicit Dice(std::uint32_t seed) : random_(seed) {}
  std::size_t below(std::size_t end) { return random_() % end; }
  bool chance(std::size_t percent) { return below(100) < percent; }
  template <typename T>
  const T& of(const std::vector<T>& all) {
    return all[below(all.size())];
  }

 private:
  std::mt19937 random_;
};

const std::vector<std::string> kPaths = {"/usr/bin/sh",    "/usr/bin/Curl", "/tmp/x",
                                         "/tmp/a/b",       "/usr/bin/curl", "/opt/a*b",
                                         "/usr/sbin/nginx"};
const std::vector<std::string> kWords = {"-c", "-C", "a", "A b", "http://x/y", "", "a*b", "x\\y"};

Ran anExec(Dice& dice) {
  const auto words = [&](const std::string& path) {
    std::vector<std::string> args = {dice.chance(50) ? Ran::nameOf(path) : path};
    for (std::size_t i = dice.below(4); i > 0; --i) args.push_back(dice.of(kWords));
    return args;
  };
  Ran ran;
  ran.path = dice.of(kPaths);
  ran.args = words(ran.path);
  ran.cwd = dice.chance(50) ? "/tmp" : "/srv/a";
  ran.parentPath = dice.of(kPaths);
  ran.parentArgs = words(ran.parentPath);
  ran.uid = static_cast<std::uint32_t>(dice.below(3));
  return ran;
}

// Each with a parent of its own, under the pids 2 n + 10 and 2 n + 11.
Records recordsOf(const std::vector<Ran>& all) {
  Records records;
  std::uint32_t pid = 10;
  for (const Ran& ran : all) {
    records.push_back(exec(ran.parentPath).pid(pid).top().args(ran.parentArgs).user(5));
    records.push_back(
        exec(ran.path).pid(pid + 1).by(image(pid)).args(ran.args).cwd(ran.cwd).user(ran.uid));
    pid += 2;
  }
  return records;
}

// On which of them it alerts.
std::vector<bool> firesOn(const Program& program, const std::vector<Ran>& all) {
  std::vector<bool> fires(all.size());
  for (const Alert& alert : test::analyze(program, recordsOf(all)).alerts) {
    const std::uint32_t pid = alert.process.id.tgid - 10;
    if (pid % 2 == 1) fires[pid / 2] = true;
  }
  return fires;
}

std::vector<Ran> someExecs(Dice& dice) {
  std::vector<Ran> all;
  for (int i = 0; i < 12; ++i) all.push_back(anExec(dice));
  return all;
}

// What a naive reading says of each, and whether the engine says the same.
struct Comparison {
  std::size_t asked = 0;
  std::size_t fired = 0;

  void compare(const Program& program, const std::vector<Ran>& all,
               const std::function<bool(const Ran&)>& holds, const std::string& what) {
    const std::vector<bool> fires = firesOn(program, all);
    for (std::size_t i = 0; i < all.size(); ++i) {
      const bool expected = holds(all[i]);
      ++asked;
      fired += expected ? 1 : 0;
      ASSERT_EQ(fires[i], expected)
          << what << "\n"
          << all[i].path << " [" << Ran::joined(all[i].args) << "] by " << all[i].parentPath << " ["
          << Ran::joined(all[i].parentArgs) << "]";
    }
  }
};

// Nothing if the rule cannot be used: such as one that is always true.
std::unique_ptr<const Program> programOf(const std::string& yaml) {
  RuleSet rules = test::load(yaml);
  if (rules.recipes.empty()) return nullptr;
  return std::make_unique<const Program>(std::move(rules.recipes), "");
}

// The same rule, converted to the text of a recipe and compiled from that.
std::unique_ptr<const Program> converted(const Program& program) {
  std::string problem;
  const auto text = recipeText(program.recipes().front(), problem);
  EXPECT_TRUE(text) << problem;
  if (!text) return nullptr;
  Diagnostics diagnostics;
  auto result = compile({{"converted.yaml", *text}}, diagnostics);
  EXPECT_TRUE(result) << diagnostics.format() << *text;
  return result;
}

std::string inQuotes(const std::string& text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? "''" : std::string(1, c);
  return result + "'";
}

// ---- Sigma

// `*` and `?` by trying everything; a backslash makes them, and itself, plain.
bool wild(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] == '*') {
    for (std::size_t skip = 0; skip <= text.size(); ++skip) {
      if (wild(pattern.substr(1), text.substr(skip))) return true;
    }
    return false;
  }
  if (text.empty()) return false;
  if (pattern[0] == '?') return wild(pattern.substr(1), text.substr(1));
  const bool escapes = pattern[0] == '\\' && pattern.size() > 1 &&
                       (pattern[1] == '*' || pattern[1] == '?' || pattern[1] == '\\');
  if (escapes) pattern.remove_prefix(1);
  return pattern[0] == text[0] && wild(pattern.substr(1), text.substr(1));
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
      all.push_back(anExec(dice));
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
