// Patterns of KubeArmor policies in both readings: as AppArmor enforces them, and as KubeArmor's
// own alerts match them (Go's filepath.Match behind Go's regexp.Compile).
#include "analyzer/rules/kubearmor_pattern.h"

#include <gtest/gtest.h>
#include <re2/re2.h>

#include "analyzer/rules/kubearmor_go_glob.h"
#include "tests/analyzer/rules/rules.h"

namespace exectrail::analyzer {
namespace {

using test::account;
using test::exec;
using test::policy;

std::string matched(const std::optional<std::string>& regex, const std::string& text) {
  if (!regex) return "error";
  re2::RE2::Options bytes;
  bytes.set_encoding(re2::RE2::Options::EncodingLatin1);
  return re2::RE2::FullMatch(text, re2::RE2(*regex, bytes)) ? "match" : "-";
}

std::string inGo(const std::string& pattern, const std::string& text) {
  std::string problem;
  const auto glob = kubearmor::GoGlob::parse(pattern, problem);
  return matched(glob ? std::optional(glob->regex()) : std::nullopt, text);
}

std::string inAlerts(const std::string& pattern, const std::string& text) {
  return kubearmor::isRegexOfGo(pattern) ? inGo(pattern, text) : "dropped";
}

TEST(KubeArmorPattern, InBothReadings) {
  // pattern, text, filepath.Match, KubeArmor's alerts, AppArmor, which knows no arguments
  const char* const vectors[][5] = {
      {"/tmp/*", "/tmp/x", "match", "match", "match"},
      {"/tmp/*", "/tmp/.x", "match", "match", "match"},
      {"/tmp/*", "/tmp/a/b", "-", "-", "-"},
      {"/tmp/*", "/tmp/", "match", "match", "-"},
      {"/tmp/*", "/tmp", "-", "-", "-"},
      {"/tmp/*", "/tmpx/y", "-", "-", "-"},
      {"/tmp/*", "/tmp/x -a b", "match", "match", nullptr},
      {"/tmp/*", "/tmp/x /etc/passwd", "-", "-", nullptr},
      {"/tmp/**", "/tmp/x", "match", "dropped", "match"},
      {"/tmp/**", "/tmp/a/b", "-", "dropped", "match"},
      {"/tmp/**/x", "/tmp/x", "-", "dropped", "-"},
      {"/tmp/**/x", "/tmp/a/x", "match", "dropped", "match"},
      {"/tmp/**/x", "/tmp/a/b/x", "-", "dropped", "match"},
      {"/**/docker", "/usr/bin/docker", "-", "dropped", "match"},
      {"/**/docker", "/bin/docker", "match", "dropped", "match"},
      {"/tmp/??", "/tmp/ab", "match", "match", "match"},
      {"/tmp/??", "/tmp/abc", "-", "-", "-"},
      {"/tmp/???", "/tmp/abc", "match", "dropped", "match"},
      {"/tmp/?*", "/tmp/abc", "match", "dropped", "match"},
      {"/tmp/[a-c]*", "/tmp/b1", "match", "match", "match"},
      {"/tmp/[^a-c]*", "/tmp/b1", "-", "-", "-"},
      {"/tmp/[!a]*", "/tmp/!x", "match", "match", "match"},
      {"/tmp/[", "/tmp/[", "error", "dropped", "error"},
      {"/tmp/{a,b}", "/tmp/a", "-", "-", "match"},
      {"/tmp/{a,b}", "/tmp/{a,b}", "match", "match", "-"},
      {"/*/tmp/*", "/var/tmp/x", "match", "match", "match"},
      {"*", "/tmp/x", "-", "dropped", "-"},
      {"/tmp/\\*", "/tmp/*", "match", "match", "match"},
      {"/proc/*/fd/*", "/proc/self/fd/3", "match", "match", "match"},
      {"/usr/bin/python*", "/usr/bin/python", "match", "match", "match"},
      {"/*/*/crontab -e", "/usr/bin/crontab -e", "match", "match", nullptr},
      {"/*/*/*/pip install*", "/usr/local/bin/pip install x", "match", "match", nullptr},
      {"/*/*/*/pip install*", "/usr/local/bin/pip install ./x", "-", "-", nullptr},
  };
  for (const auto& [pattern, text, match, alerts, appArmor] : vectors) {
    SCOPED_TRACE(std::string(pattern) + " on " + text);
    EXPECT_EQ(inGo(pattern, text), match);
    EXPECT_EQ(inAlerts(pattern, text), alerts);
    std::string problem;
    if (appArmor != nullptr) {
      EXPECT_EQ(matched(kubearmor::pathRegex(pattern, problem), text), appArmor);
    }
  }
}

// Vectors written from the documentation of Go's path/filepath.
TEST(KubeArmorPattern, SetsAndCharactersOfGo) {
  const char* const vectors[][3] = {
      {"**", "a/b", "-"},
      {"a?b", "a/b", "-"},
      {"a[^x]b", "a/b", "match"},
      {"a[!-0]b", "a/b", "match"},
      {"[\\]a]", "]", "match"},
      {"[\\-x]", "-", "match"},
      {"[]a]", "]", "error"},
      {"[-x]", "x", "error"},
      {"[x-]", "x", "error"},
      {"[a-b-c]", "a", "error"},
      {"[^]", "a", "error"},
      {"a[", "x", "error"},
      {"a\\", "a", "error"},
      {"[b-a]", "a", "-"},
      {"?", "\xc3\xa9", "match"},
      {"??", "\xc3\xa9", "-"},
      {"[^a]", "\xc3\xa9", "match"},
      {"[\xc3\xa9z]", "\xc3\xa9", "match"},
      {"[\xc3\xa9z]", "z", "match"},
      {"[\xc3\xa9z]", "\xc3", "-"},
      {"*", "\xff", "match"},
      {"a.b+", "a.b+", "match"},
      {"a.b+", "axb+", "-"},
  };
  for (const auto& [pattern, text, expected] : vectors) {
    EXPECT_EQ(inGo(pattern, text), expected) << pattern << " on " << text;
  }
}

// As apparmor_parser 3.0.8 takes them (--dump rule-exprs).
TEST(KubeArmorPattern, SetsAndBracesOfAppArmor) {
  const char* const vectors[][3] = {
      {"/a[^x]b", "/a/b", "match"},    {"/a[-b]c", "/a-c", "match"},
      {"/a[c-a]d", "/abd", "match"},   {"/a[[]b", "/a[b", "match"},
      {"/a[\\]]b", "/a]b", "match"},   {"/a[b,c]d", "/a,d", "match"},
      {"/a{,b}c", "/ac", "match"},     {"/a{b,{c,d}}e", "/ade", "match"},
      {"/a{b,[,]}c", "/a,c", "match"}, {"/a/{*,x}", "/a/", "match"},
      {"/a,b", "/a,b", "match"},       {"/a[b-]c", "/abc", "error"},
      {"/a[a-c-e]b", "/aab", "error"}, {"/a[]b]c", "/abc", "error"},
      {"/a[]b", "/ab", "error"},       {"/a[^]b", "/ab", "error"},
      {"/a]b", "/a]b", "error"},       {"/a{b}c", "/abc", "error"},
      {"/a{[b,]}c", "/abc", "error"},  {"/a}b", "/a}b", "error"},
      {"/a{b,c", "/ab", "error"},      {"/a[b\\", "/ab", "error"},
  };
  for (const auto& [pattern, text, expected] : vectors) {
    std::string problem;
    EXPECT_EQ(matched(kubearmor::pathRegex(pattern, problem), text), expected)
        << pattern << " on " << text;
  }
}

std::string audit(const std::string& pattern) {
  return policy("  process:\n    matchPatterns: [{pattern: '" + pattern + "'}]\n  action: Audit\n");
}

bool alerted(const std::string& pattern, const test::Records& records) {
  RuleSet rules =
      compileRules({{"p.yml", audit(pattern), {}}}, nullptr, KubeArmorGlobs::kTelemetry);
  const Program program(std::move(rules.recipes), {});
  return !test::analyze(program, records).alerts.empty();
}

// What is compared is the path, and the path with the arguments behind argv[0].
TEST(KubeArmorPattern, WildcardsReachIntoArguments) {
  const auto ran = [](std::initializer_list<std::string> arguments) {
    return test::Records{exec("/usr/bin/x").args(arguments)};
  };
  EXPECT_TRUE(alerted("/usr/bin/x", ran({"x", "-a"})));
  EXPECT_TRUE(alerted("/usr/bin/x -a", ran({"x", "-a"})));
  EXPECT_FALSE(alerted("/usr/bin/x -a", ran({"x", "-b"})));
  EXPECT_FALSE(alerted("/usr/bin/x -a", ran({"x"})));
  EXPECT_TRUE(alerted("/usr/bin/x*b", ran({"x", "-a", "-b"})));
  EXPECT_FALSE(alerted("/usr/bin/x*b", ran({"x", "/b"})));
  EXPECT_FALSE(alerted("/*/*/y", ran({"x", "a/y"})));
  EXPECT_TRUE(alerted("/*/*/*/y", ran({"x", "a/y"})));
  EXPECT_TRUE(alerted("/usr/bin/x?-a", ran({"x", "-a"})));
  EXPECT_TRUE(alerted("/usr/bin/x[ ]-a", ran({"x", "-a"})));
  EXPECT_FALSE(alerted("/usr/bin/x[^ ]-a", ran({"x", "-a"})));
  EXPECT_TRUE(alerted("/bin/x* -a", ran({"x", "-a"})));  // /bin is /usr/bin
  EXPECT_FALSE(alerted("/usr/**", ran({"x"})));
  EXPECT_FALSE(alerted("/usr/bin/{x,y}", ran({"x"})));
  EXPECT_TRUE(test::fires(audit("/usr/bin/{x,y}"), ran({"x"})));
}

TEST(KubeArmorPattern, WhereTheReadingsDiffer) {
  const auto told = [](const std::string& pattern, KubeArmorGlobs globs) {
    return account(compileRules({{"p.yml", audit(pattern), {}}}, nullptr, globs));
  };
  const auto by = KubeArmorGlobs::kAppArmor;
  EXPECT_EQ(told("/tmp/*", by), "loaded");
  EXPECT_EQ(told("/tmp/\\{a\\}", by), "loaded");
  EXPECT_EQ(told("/tmp/[{]", by), "loaded");
  EXPECT_EQ(told("/tmp/**", by),
            "warning\n6: pattern '/tmp/**': KubeArmor enforces '**' and leaves it out of its own "
            "alerts; here it crosses directories");
  EXPECT_EQ(told("/tmp/?*", by),
            "warning\n6: pattern '/tmp/?*': KubeArmor enforces it and leaves it out of its own "
            "alerts, as it is no regular expression");
  EXPECT_EQ(told("/tmp/{a,b}", by),
            "warning\n6: pattern '/tmp/{a,b}': in KubeArmor's own alerts braces stand for "
            "themselves; here, as it enforces them, for what is in them");
  EXPECT_EQ(told("/tmp/[-a]x", by),
            "warning\n6: pattern '/tmp/[-a]x': KubeArmor enforces it, and its own alerts cannot "
            "read it: '-' in a set, without '\\'");
  const auto alert = KubeArmorGlobs::kTelemetry;
  EXPECT_EQ(told("/tmp/*", alert), "loaded");
  EXPECT_EQ(told("/tmp/**", alert),
            "refused\n6: pattern '/tmp/**' is left out of KubeArmor's alerts, as it is no regular "
            "expression: this entry matches nothing\n6: no entry that could match");
  EXPECT_EQ(told("/tmp/{a,b}", alert),
            "warning\n6: pattern '/tmp/{a,b}': KubeArmor enforces what is in the braces; here, as "
            "in its own alerts, they stand for themselves");
  std::string many = "/x";
  for (int i = 0; i < 17; ++i) many += "?/";
  EXPECT_NE(told(many + "x", alert).find("has more than 16 wildcards"), std::string::npos);
  EXPECT_EQ(told("/" + std::string(5000, 'x'), alert).substr(0, 7), "refused");
  EXPECT_EQ(told(many + "x", by), "loaded");
}

}  // namespace
}  // namespace exectrail::analyzer
