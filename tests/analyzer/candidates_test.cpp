// The recipes that are left out are those that would have said nothing: the engine, which asks few,
// against all recipes asked about everything.
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <span>
#include <string>

#include "analyzer/engine/argument_tests.h"
#include "analyzer/engine/judge.h"
#include "tests/analyzer/analysis.h"
#include "tests/analyzer/evaluation.h"
#include "tests/support/tries.h"
#include "trace/synth/synth.h"

namespace exectrail::analyzer {
namespace {

struct Said {
  std::uint64_t alerts = 0;
  std::uint64_t inconclusive = 0;
  friend bool operator==(const Said&, const Said&) = default;
};

bool remembers(const Recipe& recipe) {
  return recipe.count || recipe.sequence || !recipe.firstSeen.empty();
}

std::uint64_t expectTheSame(const Program& program, trace::Scene scene) {
  trace::Synth synth({7, test::tries(1500), scene});
  std::map<std::string, Said> all;
  Engine engine(program, synth.header(), [](const Alert&) {});
  engine.observe([&](const Judged& judged) {
    for (const Recipe& recipe : program.recipes()) {
      if (!recipe.enabled || remembers(recipe)) continue;
      const Verdict verdict = judge(recipe, judged, 0);
      Said& said = all[recipe.info->name];
      said.alerts += verdict.kind == Verdict::Kind::kAlert ? 1 : 0;
      said.inconclusive += verdict.kind == Verdict::Kind::kInconclusive ? 1 : 0;
    }
  });
  trace::Record record;
  while (synth.next(record)) engine.process(record);
  engine.finish();
  std::uint64_t alerts = 0;
  for (const auto& [name, said] : all) {
    const RecipeCounts& counts = engine.summary().recipes.at(name);
    EXPECT_EQ((Said{counts.alerts + counts.suppressed, counts.inconclusive}), said) << name;
    alerts += said.alerts;
  }
  return alerts;
}

// A recipe for each of these, which are written in quotes.
std::string recipesOf(std::span<const char* const> conditions) {
  std::string text;
  for (std::size_t i = 0; i < conditions.size(); ++i) {
    text += "---\nrecipe: r" + std::to_string(i) +
            "\nversion: 1.0.0\ntitle: T\nseverity: low\njudge: {results: [ok, EACCES, ENOENT]}\n"
            "when: '" +
            conditions[i] + "'\n";
  }
  return text;
}

TEST(Candidates, ShippedRecipes) {
  std::uint64_t alerts = 0;
  for (const auto scene : {trace::Scene::kMixed, trace::Scene::kCi, trace::Scene::kShell}) {
    alerts += expectTheSame(test::shippedProgram(), scene);
  }
  EXPECT_GT(alerts, test::tries(100));  // the test tests something
}

// Each kind of test of an argument, and what must not be concluded from one that fails.
TEST(Candidates, TestsOfArguments) {
  const char* const kConditions[] = {
      "any(args, it == ''-c'')",
      "any(args, it nocase == ''-C'')",
      "any(args, it in [''-o'', ''--*''])",
      "any(args, it matches ''^-[a-z]$'')",
      "any(args, it nocase matches ''^MAKE'')",
      "any(args, it startswith ''/'')",
      "any(args, it endswith ''.o'') and any(args, it contains ''src'')",
      "args contains [''-c'', ''-m'']",
      "args[1] in [''-c'', ''-x'']",
      "not any(args, it == ''-c'')",
      "any(args, not (it startswith ''-''))",
      "any(args, len(it) > 12)",
      "all(args, it startswith ''-'')",
      "count(args, it startswith ''-'') >= 2",
      "any(args, it == ''-c'' and process.name == ''dash'')",
      "any(args, it == process.name)",
      "user.id == 0 and any(args, it matches ''o'')",
      "parent.name in [''make'', ''dash'', ''bash''] or args[0] == ''ld''",
      "any(parent.args, it == ''-c'')",
      "any(args, it matches ''^m|s'')",
      "any(args, it matches ''^/.+s$'')",
      "any(args, it matches ''^(m|-)[]o|]'')",
      "any(args, it matches ''(/bin/(c|g)[+][+]|pty.spawn|file_[0-9]+.cpp)'')",
      "any(args, it matches ''^(-o|--eh|-W)'') and args[0] contains ''cc1''",
      "any(args, it nocase matches ''^(/TMP/|-O[0-9]).*[.]?(s|2)$'')",
      "script.path endswith ''.sh'' or len(env.LD_PRELOAD) > 0",
      "command_line contains '' -c''",
      "command_line nocase contains [''MAKE '', ''.O -'']",
      "command_line contains ''-o'' and not command_line contains ''x'' and args[1] == ''-c''",
      "command_line startswith ''make'' or command_line endswith ''.c''",
      "command_line matches ''(cc1|ld) .*-o''",
      "command_line matches ''^[a-z]+$'' or command_line contains ''  ''",
      "command_line == ''make all'' or parent.command_line contains ''make''",
      "surely(not command_line contains ''-'')",
  };
  const auto program = test::compiled(recipesOf(kConditions));
  for (const auto scene : {trace::Scene::kMixed, trace::Scene::kBuild}) {
    EXPECT_GT(expectTheSame(*program, scene), test::tries(1000));
  }
}

// What is asked once of all that have a directory, a task's name or an environment in common.
TEST(Candidates, TestsOfWhatManyShare) {
  const char* const kConditions[] = {
      "cwd nocase contains ''BUILD'' and any(args, it == ''-c'')",
      "cwd under ''/home/alice'' or process.comm == ''make''",
      "not cwd endswith ''build'' and process.comm in [''sh'', ''c++'', ''ld'']",
      "any(environment, it startswith ''PATH='') and process.name == ''dash''",
      "any(environment, it == process.name) or any(environment, len(it) > 3)",
      "not surely(user.name == ''nobody'' and command_line contains ''-c'')",
      "surely(not any(environment, it nocase contains ''ld_preload''))",
      "surely(parent.name == ''make'') or surely(not (user.name == ''a'' or args[0] == ''ld''))",
      "script.path endswith ''.py'' or script.path contains ''sh''",
  };
  const auto program = test::compiled(recipesOf(kConditions));
  for (const auto scene : {trace::Scene::kMixed, trace::Scene::kBuild, trace::Scene::kShell}) {
    EXPECT_GT(expectTheSame(*program, scene), test::tries(1000));
  }
}

// Recipes that are found by the names they need, wherever those are written.
TEST(Candidates, NamesOfPrograms) {
  const char* const kConditions[] = {
      "process.executable nocase endswith [''/LD'', ''/cc1'', ''/MAKE'']",
      "process.executable endswith ''sh''",
      "process.name == ''dash'' or file.name == ''bash''",
      "file.path glob [''/**/ma[k]e'', ''/usr/bin/*'']",
      "file.path glob ''/**/dash'' or typed_path endswith ''/sh''",
      "process.name nocase in [''CC'', ''Make''] and not (process.name == ''make'')",
      "not process.name == ''make''",
      "typed_path in [''/bin/sh'', ''/usr/bin/make'']",
      "file.path == ''/usr/bin/dash'' and result == ''ok''",
  };
  const auto program = test::compiled(recipesOf(kConditions));
  for (const auto scene : {trace::Scene::kMixed, trace::Scene::kBuild, trace::Scene::kShell}) {
    EXPECT_GT(expectTheSame(*program, scene), test::tries(1000));
  }
}

// Against a search for each word, with so many that not all ways through them are kept.
TEST(WordAutomaton, FindsEachWordWhereItMayStand) {
  using Where = WordAutomaton::Where;
  std::mt19937 random(7);
  const auto any = [&random](std::size_t most, std::string_view letters) {
    std::string text(random() % (most + 1), ' ');
    for (char& c : text) c = letters[random() % letters.size()];
    return text;
  };
  struct Word {
    std::string text;
    Where where;
  };
  std::vector<Word> words;
  for (const Where where : {Where::kAnywhere, Where::kAtBeginning, Where::kAtEnd, Where::kWhole}) {
    for (int i = 0; i < 30; ++i) words.push_back({any(3, "ab-") + "a", where});
    for (int i = 0; i < 400; ++i) words.push_back({any(120, "abcdefghij") + "b", where});
  }
  words.push_back({"", Where::kWhole});
  WordAutomaton automaton;
  for (std::uint32_t i = 0; i < words.size(); ++i) automaton.add(words[i].text, words[i].where, i);
  automaton.finish();
  for (int i = 0; i < 300; ++i) {
    const std::string text =
        any(4, "aB-x") + (i % 2 == 0 ? words[random() % words.size()].text : "") + any(4, "Ab-x");
    const std::string small = folded(text);
    std::set<std::pair<std::uint32_t, std::size_t>> expected;
    for (std::uint32_t n = 0; n < words.size(); ++n) {
      const auto& [word, where] = words[n];
      const bool begins = where == Where::kAtBeginning || where == Where::kWhole;
      const bool ends = where == Where::kAtEnd || where == Where::kWhole;
      for (std::size_t at = 0; (at = small.find(word, at)) != std::string::npos; ++at) {
        const std::size_t end = at + word.size();
        if ((!begins || at == 0) && (!ends || end == small.size())) expected.emplace(n, end);
      }
    }
    std::set<std::pair<std::uint32_t, std::size_t>> found;
    automaton.find(text, [&](std::uint32_t n, std::size_t end) { found.emplace(n, end); });
    ASSERT_EQ(found, expected) << text;
  }
}

TEST(Candidates, WhatIsNotFoundInAnArgumentIsNotThere) {
  const std::string conditions[] = {"any(args, it nocase matches '^stratum')",
                                    "any(args, it contains 'docker.sock')"};
  Tests tests;
  const Condition first = test::Evaluation::condition(conditions[0]);
  const Condition second = test::Evaluation::condition(conditions[1]);
  tests = {&first.children.front(), &second.children.front()};
  ArgumentTests asked(tests);
  ArgumentTests::Some all(tests);
  const auto hits = [&](const std::vector<std::string>& arguments) {
    const std::uint32_t found = asked.hitsOf(TextList(arguments), all);
    return std::string(asked.mayBeTrue(*tests[0], found) ? "1" : "-") +
           (asked.mayBeTrue(*tests[1], found) ? "2" : "-");
  };
  EXPECT_EQ(hits({}), "--");
  EXPECT_EQ(hits({"", "s", "xstratum", "docker"}), "--");
  EXPECT_EQ(hits({"-o", "STRATUM+tcp://x"}), "1-");
  EXPECT_EQ(hits({"/run/docker.sock"}), "-2");
  EXPECT_EQ(hits({"/run/docker.sock", "stratum"}), "12");
}

}  // namespace
}  // namespace exectrail::analyzer
