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
    const bool several = op == "in" || op == "pmatch" || op == "intersects";
    if (op == "exists") return field + " exists";
    if (!several) return field + " " + op + " " + quoted(values[0]);
    std::string list;
    for (const std::string& value : values) list += (list.empty() ? "" : ", ") + quoted(value);
    return field + " " + op + " (" + list + ")";
  }

  // What the field has: of `proc.aname` without a number one for each process above.
  std::vector<std::string> lefts(const Ran& ran) const {
    const std::string name = Ran::nameOf(ran.path);
    const std::string parent = Ran::nameOf(ran.parentPath);
    const std::string above = Ran::nameOf(ran.above);
    if (field == "proc.name" || field == "proc.aname[0]") return {name};
    if (field == "tolower(proc.name)") return {small(name)};
    if (field == "proc.exepath") return {ran.path};
    if (field == "proc.pname" || field == "proc.aname[1]") return {parent};
    if (field == "proc.pexepath") return {ran.parentPath};
    if (field == "proc.exe") return {ran.args[0]};
    if (field == "proc.cwd") return {ran.cwd};
    if (field == "proc.args") return {Ran::joined(ran.args, 1)};
    if (field == "proc.aname") return {parent, above};
    if (field == "proc.aname[2]") return {above};
    if (field == "proc.aexepath[2]") return {ran.above};
    if (field == "proc.aname[3]") return {};
    if (field == "user.uid") return {std::to_string(ran.uid)};
    if (field == "container.id") return {ran.container.empty() ? "host" : ran.container};
    if (field == "proc.env[A]" && ran.variable.empty()) return {};
    if (field == "proc.env[A]") return {ran.variable};
    if (field == "proc.tty") return {ran.terminal ? "34816" : "0"};
    return {name + (ran.args.size() > 1 ? " " : "") + Ran::joined(ran.args, 1)};  // proc.cmdline
  }

  bool holds(const Ran& ran) const {
    const std::vector<std::string> all = lefts(ran);
    return std::ranges::any_of(all, [this](const std::string& left) { return one(left); });
  }

  bool one(const std::string& left) const {
    const std::string& right = values[0];
    const auto below = [&](const std::string& value) {
      return left == value || left.starts_with(value.ends_with('/') ? value : value + "/");
    };
    if (op == "exists") return true;
    if (op == "in" || op == "intersects") return std::ranges::count(values, left) > 0;
    if (op == "pmatch") return std::ranges::any_of(values, below);
    if (op == "=") return left == right;
    if (op == "!=") return left != right;
    if (op == "<") return std::stoi(left) < std::stoi(right);
    if (op == ">=") return std::stoi(left) >= std::stoi(right);
    if (op == "contains") return left.find(right) != std::string::npos;
    if (op == "icontains") return small(left).find(small(right)) != std::string::npos;
    if (op == "startswith") return left.starts_with(right);
    if (op == "endswith") return left.ends_with(right);
    return wild(right, left);  // glob
  }
};

FalcoTest falcoTest(Dice& dice) {
  using Texts = std::vector<std::string>;
  FalcoTest test;
  test.field = dice.of<std::string>({"proc.name", "proc.exepath", "proc.pname", "proc.pexepath",
                                     "proc.exe", "proc.cwd", "proc.aname", "proc.aname[0]",
                                     "proc.aname[1]", "proc.aname[2]", "proc.aname[3]",
                                     "proc.aexepath[2]", "proc.args", "proc.cmdline", "proc.env[A]",
                                     "tolower(proc.name)", "user.uid", "container.id", "proc.tty"});
  Texts ops = {"=",          "!=",         "in",       "contains", "icontains",
               "intersects", "startswith", "endswith", "glob"};
  Texts values = {"sh",   "curl",    "Curl", "/usr/bin/curl", "/tmp",   "/tmp/x", "x",
                  "/usr", "/usr/bi", "-c",   "A b",           "curl a", "nginx",  "/tmp/l.so"};
  if (test.field.ends_with("exepath")) ops.push_back("pmatch");
  if (test.field.starts_with("tolower")) {
    ops = {"=", "in", "contains", "startswith", "endswith"};
    values = {"curl", "sh", "c", "x"};
  } else if (test.field == "user.uid") {
    ops = {"=", "!=", "<", ">=", "in"};
    values = {"0", "1", "2"};
  } else if (test.field == "container.id") {
    ops = {"=", "!=", "in"};
    values = {"host", "c0ffee", "b"};
  } else if (test.field == "proc.tty") {
    ops = {"=", "!="};
    values = {"0"};
  } else if (test.field == "proc.args" || test.field == "proc.cmdline") {
    ops = {"=", "!=", "startswith", "in"};  // others look into argv[0], too
    values.emplace_back();
  } else {
    ops.push_back("exists");
  }
  test.op = dice.of(ops);
  for (std::size_t i = 0; i < 3; ++i) test.values.push_back(dice.of(values));
  if (test.op == "glob") test.values[0] = dice.of<std::string>({"/usr/*", "*curl", "?h", "/t?p/*"});
  return test;
}

TEST(RulesOracle, Falco) {
  Comparison comparison;
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
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
    if (!program) continue;  // always or never true
    const std::vector<Ran> all = someExecs(dice);
    ASSERT_NO_FATAL_FAILURE(comparison.compare(*program, all, holds, what));
    if (seed % 4 != 0) continue;
    const auto again = converted(*program);
    ASSERT_TRUE(again);
    ASSERT_NO_FATAL_FAILURE(comparison.compare(*again, all, holds, "converted, " + what));
  }
  EXPECT_GT(comparison.asked, 3000U);
  EXPECT_GT(comparison.fired, 400U);
  EXPECT_LT(comparison.fired, comparison.asked - 400);
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

// An entry of a policy: what it says in the text, and whom it fits.
struct PolicyEntry {
  std::string section;
  std::string text;
  std::function<bool(const Ran&)> fits;
};

PolicyEntry policyEntry(Dice& dice, bool allow) {
  PolicyEntry entry;
  switch (dice.below(3)) {
    case 0: {
      const std::string path =
          dice.of<std::string>({"/usr/bin/curl", "/tmp/x", "/tmp", "/opt/a*b", "/usr/bin/sh"});
      entry = {"matchPaths", "path: '" + path + "'",
               [=](const Ran& ran) { return ran.path == path; }};
      break;
    }
    case 1: {
      const std::string name = dice.of<std::string>({"curl", "Curl", "x", "b", "bin"});
      entry = {"matchPaths", "execname: " + name,
               [=](const Ran& ran) { return Ran::nameOf(ran.path) == name; }};
      break;
    }
    default: {
      const std::string dir = dice.of<std::string>({"/tmp/", "/usr/", "/usr/bin/", "/", "/tmp/a/"});
      const bool recursive = dice.chance(50);
      entry = {"matchDirectories", "dir: " + dir + (recursive ? ", recursive: true" : ""),
               [=](const Ran& ran) {
                 const bool here = ran.path.substr(0, ran.path.rfind('/') + 1) == dir;
                 return recursive ? ran.path.starts_with(dir) : here;
               }};
      break;
    }
  }
  const auto refine = [&](const std::string& text, const std::function<bool(const Ran&)>& also) {
    entry.text += ", " + text;
    entry.fits = [before = entry.fits, also](const Ran& ran) { return before(ran) && also(ran); };
  };
  if (dice.chance(25)) {
    const std::string source = dice.of<std::string>({"/usr/bin/sh", "/usr/bin/curl", "/tmp/x"});
    refine("fromSource: [{path: " + source + "}, {path: /opt/none}]",
           [=](const Ran& ran) { return ran.parentPath == source; });
  }
  if (dice.chance(25)) {
    refine("ownerOnly: true", [=](const Ran& ran) { return (ran.uid == ran.owner) == allow; });
  }
  if (dice.chance(25)) refine("pts: false", [](const Ran& ran) { return ran.terminal; });
  if (entry.section == "matchPaths" && dice.chance(25)) {
    refine("allowedArgs: ['-c', 'A b']", [](const Ran& ran) {
      return std::any_of(ran.args.begin() + 1, ran.args.end(),
                         [](const std::string& each) { return each != "-c" && each != "A b"; });
    });
  }
  return entry;
}

// Audit and Block fire on what one of the entries fits, Allow in containers on all else.
TEST(RulesOracle, KubeArmorPolicies) {
  Comparison comparison;
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    Dice dice(seed);
    const std::string action = dice.of<std::string>({"Audit", "Audit", "Block", "Allow"});
    std::map<std::string, std::string> sections;
    std::vector<PolicyEntry> entries;
    for (std::size_t i = 1 + dice.below(3); i > 0; --i) {
      entries.push_back(policyEntry(dice, action == "Allow"));
      sections[entries.back().section] += "    - {" + entries.back().text + "}\n";
    }
    std::string spec = "  action: " + action + "\n  process:\n";
    for (const auto& [name, text] : sections) spec += "    " + name + ":\n" + text;
    const std::string yaml = test::policy(spec);
    const auto program = programOf(yaml);
    ASSERT_TRUE(program) << yaml;
    const std::vector<Ran> all = someExecs(dice);
    const auto holds = [&](const Ran& ran) {
      const bool any =
          std::ranges::any_of(entries, [&](const PolicyEntry& each) { return each.fits(ran); });
      return action == "Allow" ? !any && !ran.container.empty() : any;
    };
    const std::string what = "seed " + std::to_string(seed) + "\n" + yaml;
    ASSERT_NO_FATAL_FAILURE(comparison.compare(*program, all, holds, what));
    if (seed % 4 != 0) continue;
    const auto again = converted(*program);
    ASSERT_TRUE(again);
    ASSERT_NO_FATAL_FAILURE(comparison.compare(*again, all, holds, "converted, " + what));
  }
  EXPECT_GT(comparison.fired, 600U);
  EXPECT_LT(comparison.fired, comparison.asked - 600);
}

}  // namespace
}  // namespace exectrail::analyzer
