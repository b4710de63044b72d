// Sigma rules of our own against executions: what matches, and what is said of what cannot.
#include <gtest/gtest.h>

#include "tests/analyzer/rules/rules.h"

namespace exectrail::analyzer {
namespace {

using test::account;
using test::alerts;
using test::attempt;
using test::exec;
using test::fires;
using test::image;
using test::load;
using test::Records;
using test::sigma;

// One selection of one line.
std::string one(const std::string& line) {
  return sigma("  selection:\n    " + line + "\n  condition: selection\n");
}

const Records& curl() {
  static const Records kRecords = {exec("/usr/bin/dash").pid(7).args({"sh", "-c", "curl x | sh"}),
                                   exec("/usr/bin/curl")
                                       .pid(8)
                                       .by(image(7))
                                       .cwd("/var/tmp")
                                       .user(0)
                                       .args({"curl", "-o", "/tmp/A b", "http://x/"})};
  return kRecords;
}

TEST(SigmaRule, Fields) {
  const std::pair<const char*, bool> vectors[] = {
      {"Image: /usr/bin/curl", true},
      {"Image: /USR/bin/Curl", true},
      {"Image|cased: /usr/bin/Curl", false},
      {"Image: /bin/curl", true},  // /bin is /usr/bin on every Linux
      {"Image|startswith: /bin/", true},
      {"Image|endswith: /curl", true},
      {"Image|endswith: /url", false},
      {"Image: '*/bin/cur?'", true},
      {"Image: '/usr/*/curl'", true},
      {"Image: '/u?r/*x'", false},
      {"CommandLine: curl -o /tmp/A b http://x/", true},  // joined by single spaces
      {"CommandLine|contains: ' -O '", true},
      {"CommandLine|contains|cased: ' -O '", false},
      {"CommandLine|contains|all: [curl, http]", true},
      {"CommandLine|contains|all: [curl, ftp]", false},
      {"CommandLine|contains: [wget, http]", true},
      {"CommandLine|re: '-[oO]\\s'", true},
      {"CommandLine|re: '^CURL'", false},
      {"CommandLine|re|i: '^CURL'", true},
      {"CommandLine|windash|contains: ' /o '", true},
      {"CommandLine|neq: curl", true},
      {"CommandLine|exists: true", true},
      {"CommandLine|exists: false", false},
      {"CommandLine: null", false},
      {"{OriginalFileName: null, User: root}", true},  // Linux has none
      {"{OriginalFileName|exists: false, User: root}", true},
      {"CurrentDirectory: /var/tmp", true},
      {"User: root", true},
      {"User: www-data", false},
      {"LogonId: 0", true},
      {"LogonId|lt: 5", true},
      {"LogonId|gte: 5000", false},
      {"ProcessId: 8", true},
      {"ParentProcessId: 7", true},
      {"ParentImage|endswith: [/bash, /dash]", true},
      {"ParentCommandLine|contains: 'curl x'", true},
      {"Image|fieldref: ParentImage", false},
      {"Image|fieldref: Image", true},
      {"Image|fieldref|neq: ParentImage", true},
      {"Image|fieldref: [ParentImage, Image]", true},
      {"Image|fieldref|all: [ParentImage, Image]", false},
      {"CommandLine|contains|fieldref: ParentCommandLine", false},
      {"CommandLine|endswith|fieldref: CommandLine", true},
      {"CommandLine|startswith|fieldref|neq: Image", true},
      {"CommandLine: [null, wget]", false},  // null is one of the values
      {"{OriginalFileName: [null, x], User: root}", true},
      {"CommandLine: ''", false},
      {"CommandLine: '*'", true},
      {"CommandLine: '?*'", true},
      {"CommandLine: 'curl\\*'", false},  // a star, not any text
      {"LogonId: [1, 0]", true},
      {"{LogonId|neq: 0, Image|endswith: /curl}", false},
      {"{LogonId|gt: 0, Image|endswith: /curl}", false},
      {"LogonId|lte: 0", true},
      {"CommandLine|contains|all|cased: [curl, HTTP]", false},
      {"CommandLine|re: ['^wget', '^curl']", true},
      {"CommandLine|re: '^curl$'", false},  // found anywhere, unless it says where
      {"CommandLine|startswith: [wget, CURL]", true},
      {"CommandLine|endswith|cased: 'X/'", false},
      {"'|all': [curl, http]", true},
  };
  for (const auto& [line, expected] : vectors)
    EXPECT_EQ(fires(one(line), curl()), expected) << line;
}

TEST(SigmaRule, NewlinesAndDots) {
  const Records records = {exec("/usr/bin/python3").args({"python3", "-c", "a\nb"})};
  EXPECT_TRUE(fires(one("CommandLine: '*a?b'"), records));
  EXPECT_FALSE(fires(one("CommandLine|re: 'a.b'"), records));
  EXPECT_TRUE(fires(one("CommandLine|re|s: 'a.b'"), records));
  EXPECT_FALSE(fires(one("CommandLine|re: '^b'"), records));
  EXPECT_TRUE(fires(one("CommandLine|re|m: '^b'"), records));
}

TEST(SigmaRule, MapsListsAndKeywords) {
  const std::string both =
      sigma("  selection:\n    Image|endswith: /curl\n    User: root\n  condition: selection\n");
  EXPECT_TRUE(fires(both, curl()));
  const std::string either = sigma(
      "  selection:\n    - Image|endswith: /wget\n    - CommandLine|contains: http\n"
      "  condition: selection\n");
  EXPECT_TRUE(fires(either, curl()));
  const std::string keywords = sigma("  keywords: ['A?B', 'nothing']\n  condition: keywords\n");
  EXPECT_TRUE(fires(keywords, curl()));
  const std::string several =
      sigma("  a: {User: nobody}\n  b: {User: root}\n  condition: [a, b]\n");
  EXPECT_TRUE(fires(several, curl()));
  const std::string filtered = sigma(
      "  selection: {Image|endswith: /curl}\n  filter_main_a: {ParentImage|endswith: /dash}\n"
      "  condition: selection and not 1 of filter_*\n");
  EXPECT_FALSE(fires(filtered, curl()));
}

// A field that is not known is no match, and "not" of it is one, as in Sigma's own engines.
TEST(SigmaRule, MissingIsNoMatch) {
  const Records records = {exec("/usr/bin/curl").noArgs().noCwd()};
  EXPECT_FALSE(fires(one("CommandLine|contains: x"), records));
  EXPECT_TRUE(fires(one("CommandLine: null"), records));
  EXPECT_TRUE(fires(sigma("  a: {Image|endswith: /curl}\n  f: {CommandLine|contains: x}\n"
                          "  condition: a and not f\n"),
                    records));
  RuleSet rules = load(one("CommandLine|contains: x"));
  const Program program(std::move(rules.recipes), {});
  for (const auto& [name, counts] : test::analyze(program, records).summary.recipes) {
    EXPECT_EQ(counts.inconclusive, 0U) << name;
  }
}

TEST(SigmaRule, OnlyWhatRan) {
  const Records records = {exec("/usr/bin/dash").pid(7),
                           attempt("/tmp/curl", EACCES, image(7)).args({"curl"})};
  EXPECT_FALSE(fires(one("CommandLine|contains: curl"), records));
}

TEST(SigmaRule, AlertKeepsWhoWroteIt) {
  const auto found = alerts(one("Image|endswith: /curl") +
                                "id: 4f1e4d05-0000-4000-8000-000000000001\n"
                                "author: A. N. Other\n"
                                "references: [https://example.org/a]\n"
                                "tags: [attack.execution, attack.t1059.004, cve.2021-1]\n"
                                "date: 2026-01-02\n",
                            curl());
  ASSERT_EQ(found.size(), 1U);
  const RecipeInfo& info = *found[0].recipe;
  EXPECT_EQ(info.name, "sigma/test");
  EXPECT_EQ(info.version, "2026-01-02");
  EXPECT_EQ(info.origin->id, "4f1e4d05-0000-4000-8000-000000000001");
  EXPECT_EQ(info.origin->author, "A. N. Other");
  EXPECT_EQ(info.origin->source, "rule.yml:1");
  EXPECT_EQ(info.attack, (std::vector<std::string>{"TA0002", "T1059.004"}));
  EXPECT_EQ(found[0].severity, Severity::kHigh);
}

TEST(SigmaRule, Levels) {
  const std::pair<const char*, Severity> vectors[] = {{"informational", Severity::kInfo},
                                                      {"low", Severity::kLow},
                                                      {"medium", Severity::kMedium},
                                                      {"high", Severity::kHigh},
                                                      {"critical", Severity::kCritical}};
  for (const auto& [level, severity] : vectors) {
    std::string rule = one("User: root");
    rule.replace(rule.find("level: high"), 11, "level: " + std::string(level));
    EXPECT_EQ(alerts(rule, curl()).at(0).severity, severity) << level;
  }
}

TEST(SigmaRule, Auditd) {
  const auto rule = [](const std::string& line) {
    return "title: A\nlogsource: {product: linux, service: auditd}\ndetection:\n  s:\n    " + line +
           "\n  condition: s\n";
  };
  const std::pair<const char*, bool> vectors[] = {
      {"{type: EXECVE, a0: curl, a1: '-O'}", true},
      {"{type: execve, a3|startswith: http}", true},
      {"{type: EXECVE, a4|contains: x}", false},  // there is no fifth argument
      {"{type: SYSCALL, SYSCALL: [execve, execveat], euid: 0}", true},
      {"{type: SYSCALL, exe|endswith: /curl, success: 'yes'}", true},
      {"['http:', nothing]", true},
  };
  for (const auto& [line, expected] : vectors)
    EXPECT_EQ(fires(rule(line), curl()), expected) << line;
  EXPECT_EQ(account(load(rule("{type: PATH, name: /etc/passwd}"))),
            "refused\n"
            "5: a record of type PATH is not about an execution: this part is never true\n"
            "5: field 'name': of a record about a file, not about an execution: this part is never "
            "true\n"
            "4: executions cannot decide it");
  EXPECT_EQ(account(load(rule("{type: SYSCALL, SYSCALL: mknod}"))),
            "refused\n"
            "5: the system call mknod is not an execution: this part is never true\n"
            "4: executions cannot decide it");
}

TEST(SigmaRule, Refused) {
  const std::pair<const char*, const char*> vectors[] = {
      {"Imaeg: x", "refused\n6: unknown field 'Imaeg'"},
      {"Image|like: x", "refused\n6: unknown modifier 'like'"},
      {"Image: {a: b}", "refused\n6: the value of 'Image' is a map"},
      {"Image: []", "refused\n6: 'Image' has an empty list of values"},
      {"CommandLine|re: '(?=x)'", "refused\n6: regular expression: invalid perl operator: (?="},
      {"OriginalFileName: x.exe",
       "refused\n"
       "6: field 'OriginalFileName' has no value on Linux (programs of Linux carry no version "
       "information): this part is never true\n"
       "5: it can never be true"},
  };
  for (const auto& [line, expected] : vectors)
    EXPECT_EQ(account(load(one(line))), expected) << line;
  EXPECT_EQ(account(load("title: W\nlogsource: {product: windows, category: process_creation}\n"
                         "detection: {s: {Image: x}, condition: s}\n")),
            "refused\n2: for windows, not for Linux");
  EXPECT_EQ(account(load("title: C\ncorrelation: {type: event_count}\n")),
            "refused\n2: no 'rules'");
  EXPECT_EQ(account(load(one("Image: /bin/a") + "status: odd\n")),
            "refused\n8: unknown status 'odd'");
}

TEST(SigmaRule, PartsThatAreOtherFields) {
  const Records records = {exec("/tmp/x").cwd("/tmp").args({"./x", "/TMP/y"})};
  EXPECT_TRUE(fires(one("Image|startswith|fieldref: CurrentDirectory"), records));
  EXPECT_FALSE(fires(one("Image|endswith|fieldref: CurrentDirectory"), records));
  EXPECT_TRUE(fires(one("CommandLine|contains|fieldref: CurrentDirectory"), records));
  EXPECT_FALSE(fires(one("CommandLine|contains|cased|fieldref: CurrentDirectory"), records));
  EXPECT_TRUE(fires(one("CommandLine|contains|fieldref: [Image, CurrentDirectory]"), records));
  EXPECT_FALSE(fires(one("CommandLine|contains|all|fieldref: [Image, CurrentDirectory]"), records));
  EXPECT_FALSE(fires(one("CommandLine|contains|fieldref: CurrentDirectory"),
                     {exec("/tmp/x").noCwd().args({"./x", "/tmp/y"})}));
  for (const char* line : {"LogonId|contains|fieldref: ProcessId", "Image|contains|fieldref: User"})
    EXPECT_EQ(account(load(one(line))),
              "refused\n6: 'fieldref' needs another field of the same kind");
}

TEST(SigmaRule, Warnings) {
  const std::pair<const char*, const char*> vectors[] = {
      {R"(Image: 'C:\x\y.exe')",
       "warning\n6: 'C:\\x\\y.exe' is a path of Windows: it never matches"},
      {"Image: bash",
       "warning\n6: 'bash' begins without '/', and no executable does: it never matches"},
      {"Image|endswith: 'bin/'",
       "warning\n6: 'bin/' ends with '/', and no executable does: it never matches"},
      {"CommandLine|contains: 'x >> y'",
       "warning\n6: 'x >> y' is what a shell reads: it matches only where a shell is given it as "
       "an "
       "argument (sh -c)"},
  };
  for (const auto& [line, expected] : vectors)
    EXPECT_EQ(account(load(one(line))), expected) << line;
  EXPECT_EQ(
      account(load(sigma("  a: {User: root}\n  b: {User: root}\n  condition: a or 1 of x_*\n"))),
      "warning\n"
      "7: no selection's name fits 'x_*': this part is never true\n"
      "6: selection 'b' is not used by the condition");
}

TEST(SigmaRule, TwoRulesWithOneTitle) {
  const std::string rule = one("User: root");
  const RuleSet rules = load(rule + "---\n" + rule);
  ASSERT_EQ(rules.recipes.size(), 2U);
  EXPECT_EQ(rules.recipes[0].info->name, "sigma/test");
  EXPECT_EQ(rules.recipes[1].info->name, "sigma/test-2");
  const std::string known = rule + "id: abc\n";
  EXPECT_EQ(account(load(known + "---\n" + known)),
            "loaded\nrefused\n10: a rule with the id abc is already loaded");
}

}  // namespace
}  // namespace exectrail::analyzer
