#include "tests/analyzer/rules/oracle.h"

#include "analyzer/rules/rule_text.h"
#include "tests/analyzer/rules/rules.h"

namespace exectrail::test {

using analyzer::Alert;
using analyzer::compile;
using analyzer::Diagnostics;
using analyzer::Program;
using analyzer::Recipe;
using analyzer::recipeText;
using analyzer::RuleSet;

namespace {

const std::vector<std::string> kPaths = {"/usr/bin/sh",    "/usr/bin/Curl", "/tmp/x",
                                         "/tmp/a/b",       "/usr/bin/curl", "/opt/a*b",
                                         "/usr/sbin/nginx"};
const std::vector<std::string> kWords = {"-c", "-C", "a", "A b", "http://x/y", "", "a*b", "x\\y"};

}  // namespace

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
  ran.above = dice.of(kPaths);
  ran.owner = static_cast<std::uint32_t>(dice.below(3));
  ran.container = dice.chance(50) ? "" : "c0ffee";
  ran.variable = dice.chance(50) ? "" : dice.of<std::string>({"/tmp/l.so", "x"});
  ran.terminal = dice.chance(50);
  return ran;
}

namespace {

constexpr std::uint32_t kFirstPid = 10;
constexpr std::uint32_t kProcesses = 3;  // of each

// Each with a parent of its own and one above that, under the pids 3 n + 10 to 3 n + 12.
Records recordsOf(const std::vector<Ran>& all) {
  Records records;
  std::uint32_t pid = kFirstPid;
  for (const Ran& ran : all) {
    std::vector<std::string> environment;
    if (!ran.variable.empty()) environment.push_back("A=" + ran.variable);
    records.push_back(exec(ran.above).pid(pid).top().user(5));
    records.push_back(
        exec(ran.parentPath).pid(pid + 1).by(image(pid)).args(ran.parentArgs).user(5));
    records.push_back(exec(ran.path)
                          .pid(pid + 2)
                          .by(image(pid + 1))
                          .args(ran.args)
                          .cwd(ran.cwd)
                          .user(ran.uid)
                          .owner(ran.owner)
                          .container(ran.container)
                          .environment(environment)
                          .session(pid, ran.terminal ? 34816 : 0));
    pid += kProcesses;
  }
  return records;
}

}  // namespace

std::string small(std::string text) {
  for (char& c : text) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  return text;
}

std::map<std::string, std::vector<bool>> firesOn(const Program& program,
                                                 const std::vector<Ran>& all) {
  std::map<std::string, std::vector<bool>> fires;
  for (const Recipe& recipe : program.recipes()) fires[recipe.info->name].resize(all.size());
  for (const Alert& alert : analyze(program, recordsOf(all)).alerts) {
    const std::uint32_t pid = alert.process.id.tgid - kFirstPid;
    if (pid % kProcesses == kProcesses - 1) fires[alert.recipe->name][pid / kProcesses] = true;
  }
  return fires;
}

std::vector<Ran> someExecs(Dice& dice) {
  std::vector<Ran> all;
  for (int i = 0; i < 12; ++i) all.push_back(anExec(dice));
  return all;
}

void Comparison::compare(const Program& program, const std::vector<Ran>& all,
                         const std::function<bool(const Ran&)>& holds, const std::string& what) {
  compare(firesOn(program, all).begin()->second, all, holds, what);
}

void Comparison::compare(const std::vector<bool>& fires, const std::vector<Ran>& all,
                         const std::function<bool(const Ran&)>& holds, const std::string& what) {
  for (std::size_t i = 0; i < all.size(); ++i) {
    const bool expected = holds(all[i]);
    ++asked;
    fired += expected ? 1 : 0;
    ASSERT_EQ(fires[i], expected) << what << "\n"
                                  << all[i].path << " [" << Ran::joined(all[i].args) << "] by "
                                  << all[i].parentPath << " [" << Ran::joined(all[i].parentArgs)
                                  << "]";
  }
}

std::unique_ptr<const Program> programOf(const std::string& yaml) {
  RuleSet rules = load(yaml);
  if (rules.recipes.empty()) return nullptr;
  return std::make_unique<const Program>(std::move(rules.recipes), "");
}

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

}  // namespace exectrail::test
