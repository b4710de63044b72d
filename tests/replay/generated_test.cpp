// Traces made up from a recipe: they match it, and tell its mutants from it.
#include "replay/mutation/generated.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <re2/re2.h>

#include "replay/scenes/samples.h"
#include "tests/replay/programs.h"
#include "tests/support/temporary_folder.h"
#include "trace/reader.h"

namespace exectrail::replay {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::IsSupersetOf;

TEST(Samples, MatchTheRegexTheyAreOf) {
  for (const char* const pattern :
       {"^-[a-zA-Z]*[ceEr]$", "(^|[/@=:])\\d{1,3}(\\.\\d{1,3}){3}($|[:/])",
        "/\\.(bash|zsh)_?(history|hst)$", "(?i)/(responder|mitm6)\\.py$", "^[^ :]*x{3}$",
        "a|b|[^a-z]", "mkfifo\\b.*\\bn(c|cat|etcat)\\b"}) {
    const re2::RE2 regex(pattern);
    const auto samples = samplesOfRegex(pattern);
    EXPECT_TRUE(std::ranges::any_of(
        samples, [&](const std::string& each) { return RE2::PartialMatch(each, regex); }))
        << pattern << ": " << testing::PrintToString(samples);
  }
}

TEST(Samples, OfAPatternAreOneForEachAlternative) {
  EXPECT_THAT(samplesOfGlob("/usr/{bin,sbin}/nginx"),
              ElementsAre("/usr/bin/nginx", "/usr/sbin/nginx"));
  for (const char* const pattern :
       {"/tmp/**/.*", "python{,[0-9]*}", "/run/*.{pid,lock}", "[!a]?*"}) {
    std::string problem;
    const auto glob = analyzer::Glob::compile(pattern, problem);
    ASSERT_TRUE(glob) << problem;
    for (const std::string& each : samplesOfGlob(pattern)) {
      EXPECT_TRUE(glob->matches(each)) << pattern << " " << each;
    }
  }
}

TEST(Samples, OfWhatIsNotWellFormedComeToAnEnd) {
  for (const char* const pattern :
       {"(", "[", "[^", "a{", "\\", "(?", "((((", "x{99999999}", "[]", "*"}) {
    samplesOfRegex(pattern);
    samplesOfGlob(pattern);
  }
}

struct Fates {
  std::vector<std::string> alive;
  std::size_t killed = 0;
};

Fates fatesOf(const std::string& rest, const std::string& severity = "medium") {
  const auto program = programOf(recipeText("mine", severity, rest));
  const analyzer::Recipe& recipe = program->recipes().at(0);
  const GeneratedSuite suite(recipe);
  EXPECT_GT(suite.firing(), 0U);
  EXPECT_FALSE(suite.kills({recipe, "nothing changed", false, {}}));
  Fates fates;
  for (const Mutant& mutant : mutantsOf(recipe)) {
    if (suite.kills(mutant)) {
      ++fates.killed;
    } else {
      fates.alive.push_back(mutant.change);
      EXPECT_FALSE(suite.whyAlive(mutant).empty());
    }
  }
  return fates;
}

TEST(GeneratedSuite, TellsEachEntryAndClause) {
  const Fates fates = fatesOf(
      "when: process.name in @tools and (any(args, it in ['-a', '-b'] or it matches '^--(x|y)=') "
      "or "
      "user.id == 0) and not (file.path under ['/usr', '/opt'])\n"
      "raise:\n  below: any(lineage, .name == 'server')\n  many: len(args) >= 3\n"
      "lower:\n  trusted: parent.executable in ['/usr/bin/a', '/usr/bin/b'] and session.terminal\n"
      "suppress: {key: [file.path, args], first: 3, window: 1m}\n"
      "---\nlists: {tools: [one, two, 'three*']}\n");
  EXPECT_THAT(fates.alive, IsEmpty());
  EXPECT_GT(fates.killed, 30U);
}

TEST(GeneratedSuite, TellsClassesTheirEntriesAndExemptions) {
  EXPECT_THAT(fatesOf("classes:\n"
                      "  temp: {severity: high, under: [/tmp, /var/tmp], glob: ['/run/*.pid']}\n"
                      "  logs: {severity: low, under: [/var/log], except: ['/var/log/ok/**']}\n"
                      "exempt: [{name: go, path: ['/tmp/go*/**', '/var/tmp/go*/**'], "
                      "parent: genuine(@go), why: w}]\n"
                      "---\nlists: {go: [/usr/bin/go, '/usr/lib/go*/bin/go']}\n",
                      "per class")
                  .alive,
              IsEmpty());
}

TEST(GeneratedSuite, TellsMountsAndLogins) {
  const Fates fates = fatesOf(
      "when: file.path under ['/mnt', '/srv']\n"
      "raise: {forbidden: mount.noexec}\n"
      "lower:\n"
      "  own: mount.fs in ['fuse.*', 'tmpfs'] and mount.nosuid\n"
      "  somebody: exists(login.id) and nearest(lineage, not exists(.login.id), "
      ".executable in ['/usr/bin/login', '/usr/sbin/sshd'] and .file.uid == 0)\n");
  EXPECT_THAT(fates.alive, IsEmpty());
  EXPECT_GT(fates.killed, 15U);
}

TEST(GeneratedSuite, TellsCountsAndSequences) {
  EXPECT_THAT(fatesOf("when: process.name in ['a', 'b']\n"
                      "count: {at_least: 4, within: 1m, key: [session.leader], "
                      "distinct: process.executable}\n")
                  .alive,
              IsEmpty());
  EXPECT_THAT(fatesOf("when: not (file.path under ['/usr', '/opt'])\n"
                      "sequence:\n"
                      "  within: 60s\n"
                      "  steps:\n"
                      "    - {name: got, when: \"process.name in ['curl', 'wget']\", "
                      "key: [session.leader, argument_paths]}\n"
                      "  key: [session.leader, file.path]\n")
                  .alive,
              IsEmpty());
}

TEST(GeneratedSuite, LeavesAliveWhatNothingCanTell) {
  // A name has no slash, and whoever is 'a' or 'b' is 'a' or 'b' already.
  const Fates fates =
      fatesOf("when: process.name in ['a', 'b', 'c/d'] and process.name in ['a', 'b']\n");
  EXPECT_THAT(fates.alive, IsSupersetOf({"when: `process.name in ['a', 'b', 'c/d']` without 'c/d'",
                                         "when: without `process.name in ['a', 'b', 'c/d']`"}));
}

TEST(GeneratedSuite, IsWrittenAsTracesThatSayWhatTheyAre) {
  const auto program = programOf(recipeText("mine", "medium", "when: process.name == 'a'\n"));
  const GeneratedSuite suite(program->recipes().at(0));
  const test::TemporaryFolder folder;
  suite.write(folder.path() + "/made", "mine");
  const auto reader = trace::openTrace(folder.path() + "/made/mine-1.trail");
  EXPECT_THAT(reader->header().provenance, Contains("generated, not a recording: base"));
}

}  // namespace
}  // namespace exectrail::replay
