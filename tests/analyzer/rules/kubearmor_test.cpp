// KubeArmor policies: what an entry asks. What patterns match: kubearmor_pattern_test.cpp.
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
using test::policy;
using test::Records;

std::string audit(const std::string& entries) {
  return policy("  process:\n" + entries + "  action: Audit\n");
}

TEST(KubeArmorPolicy, Paths) {
  const std::string rule = audit("    matchPaths:\n    - path: /bin/ls\n");
  EXPECT_TRUE(fires(rule, {exec("/usr/bin/ls")}));
  EXPECT_TRUE(fires(rule, {exec("/usr/bin/busybox").typed("/bin/ls")}));  // an applet
  EXPECT_FALSE(fires(rule, {exec("/usr/bin/lsblk")}));
  EXPECT_FALSE(fires(rule, {exec("/opt/bin/ls")}));
  const std::string byName = audit("    matchPaths:\n    - execname: ls\n");
  EXPECT_TRUE(fires(byName, {exec("/opt/bin/ls")}));
  EXPECT_FALSE(fires(byName, {exec("/opt/bin/als")}));
  const std::string both = audit("    matchPaths:\n    - {path: /usr/bin/ls, execname: id}\n");
  EXPECT_TRUE(fires(both, {exec("/opt/id")}));  // the name wins
  EXPECT_FALSE(fires(both, {exec("/usr/bin/ls")}));
  // A path is no pattern.
  EXPECT_FALSE(fires(audit("    matchPaths:\n    - path: /usr/bin/l*\n"), {exec("/usr/bin/ls")}));
}

TEST(KubeArmorPolicy, Directories) {
  const std::string flat = audit("    matchDirectories:\n    - dir: /tmp/\n");
  EXPECT_TRUE(fires(flat, {exec("/tmp/x")}));
  EXPECT_FALSE(fires(flat, {exec("/tmp/a/x")}));
  EXPECT_FALSE(fires(flat, {exec("/tmpx/x")}));
  const std::string deep =
      audit("    matchDirectories:\n    - {dir: /var/run/, recursive: true}\n");
  EXPECT_TRUE(fires(deep, {exec("/run/x")}));
  EXPECT_TRUE(fires(deep, {exec("/run/a/b/x")}));
  EXPECT_FALSE(fires(deep, {exec("/srv/run/x")}));
  EXPECT_TRUE(fires(audit("    matchDirectories:\n    - {dir: /, recursive: true}\n"),
                    {exec("/usr/bin/ls")}));
}

TEST(KubeArmorPolicy, Patterns) {
  const std::string rule = audit("    matchPatterns:\n    - pattern: /bin/py*\n");
  EXPECT_TRUE(fires(rule, {exec("/usr/bin/python3")}));  // one place, two spellings
  EXPECT_FALSE(fires(rule, {exec("/usr/local/bin/python3")}));
  const std::string withArguments = audit("    matchPatterns:\n    - pattern: /*/*/pip install*\n");
  EXPECT_TRUE(fires(withArguments, {exec("/usr/bin/pip").args({"pip", "install", "x"})}));
  EXPECT_FALSE(fires(withArguments, {exec("/usr/bin/pip").args({"pip", "install", "./x"})}));
  EXPECT_FALSE(fires(withArguments, {exec("/usr/bin/pip").args({"pip", "list"})}));
}

TEST(KubeArmorPolicy, FromSource) {
  const std::string rule =
      audit("    matchPaths:\n    - path: /usr/bin/ls\n      fromSource: [{path: /bin/dash}]\n");
  const auto dash = exec("/usr/bin/dash").pid(7);
  EXPECT_TRUE(fires(rule, {dash, exec("/usr/bin/ls").pid(8).by(image(7))}));
  EXPECT_FALSE(fires(rule, {dash, exec("/usr/bin/bash").pid(8).by(image(7)),
                            exec("/usr/bin/ls").pid(9).by(image(8))}));
  EXPECT_TRUE(fires(rule, {dash, exec("/usr/bin/ls").pid(7, 2)}));  // `dash -c ls` forks not
}

// KubeArmor's alerts and enforcers know no source of a pattern: what it has no field for is
// dropped.
TEST(KubeArmorPolicy, WhatAnEntryDoesNotHave) {
  const std::string rule = audit(
      "    matchPatterns:\n    - pattern: /usr/bin/l*\n      fromSource: [{path: /bin/dash}]\n");
  EXPECT_EQ(account(load(rule)).substr(0, 7), "warning");
  EXPECT_NE(account(load(rule)).find("8: 'fromSource' is not used: KubeArmor has it not here"),
            std::string::npos)
      << account(load(rule));
  EXPECT_TRUE(fires(rule, {exec("/usr/bin/ls")}));
  const std::string slip = audit("    matchPaths:\n    - {path: /usr/bin/ls, owneronly: true}\n");
  EXPECT_NE(account(load(slip)).find("'owneronly' is not used"), std::string::npos);
}

TEST(KubeArmorPolicy, Terminal) {
  const std::string rule = audit("    matchPaths:\n    - {path: /usr/bin/ls, pts: false}\n");
  EXPECT_TRUE(fires(rule, {exec("/usr/bin/ls").session(7, 34816)}));
  EXPECT_FALSE(fires(rule, {exec("/usr/bin/ls").session(7, 0)}));
  EXPECT_TRUE(fires(audit("    matchPaths:\n    - {path: /usr/bin/ls, pts: true}\n"),
                    {exec("/usr/bin/ls").session(7, 0)}));
}

TEST(KubeArmorPolicy, OwnerOnly) {
  const std::string rule = audit("    matchPaths:\n    - {path: /srv/x, ownerOnly: true}\n");
  EXPECT_TRUE(fires(rule, {exec("/srv/x").owner(7).user(8)}));
  EXPECT_FALSE(fires(rule, {exec("/srv/x").owner(7).user(7)}));
  EXPECT_FALSE(fires(rule, {exec("/srv/x").noFile().user(7)}));  // not known is no match
}

TEST(KubeArmorPolicy, AllowedArguments) {
  const std::string rule =
      audit("    matchPaths:\n    - {path: /usr/bin/x, allowedArgs: ['-a', '-b']}\n");
  EXPECT_FALSE(fires(rule, {exec("/usr/bin/x").args({"x", "-a", "-b"})}));
  EXPECT_TRUE(fires(rule, {exec("/usr/bin/x").args({"x", "-a", "-c"})}));
}

TEST(KubeArmorPolicy, ActionsAndResults) {
  const Records refused = {exec("/usr/bin/dash").pid(7), attempt("/tmp/x", EACCES, image(7))};
  const Records missing = {exec("/usr/bin/dash").pid(7), attempt("/tmp/x", ENOENT, image(7))};
  const std::string entry = "    matchPatterns:\n    - pattern: /tmp/*\n";
  const std::string block = policy("  process:\n" + entry);  // the action if none is named
  EXPECT_TRUE(fires(block, refused));
  EXPECT_TRUE(fires(block, {exec("/tmp/x")}));
  EXPECT_FALSE(fires(block, missing));
  EXPECT_FALSE(fires(audit(entry), refused));
  // Nobody asks for the owner of what was refused.
  const std::string owner =
      policy("  process:\n    matchPaths: [{path: /tmp/x, ownerOnly: true}]\n");
  EXPECT_TRUE(fires(owner, refused));
  EXPECT_TRUE(fires(owner, {exec("/tmp/x").owner(7).user(8)}));
  EXPECT_FALSE(fires(owner, {exec("/tmp/x").owner(7).user(7)}));
}

TEST(KubeArmorPolicy, Inheritance) {
  const std::string rule = policy(
      "  severity: 7\n  tags: [a, b]\n  message: outer\n  action: Block\n"
      "  process:\n    severity: 3\n    action: Audit\n    matchPaths:\n"
      "    - path: /usr/bin/x\n"
      "    - {path: /usr/bin/y, severity: 1, message: inner, action: Block}\n");
  const auto x = alerts(rule, {exec("/usr/bin/x")});
  ASSERT_EQ(x.size(), 1U);
  EXPECT_EQ(x[0].severity, Severity::kHigh);
  const RuleOrigin& origin = *x[0].recipe->origin;
  EXPECT_EQ(origin.id, "shop/test");
  EXPECT_EQ(origin.action, "Audit");
  EXPECT_EQ(origin.severity, 3U);
  EXPECT_EQ(origin.message, "outer");
  EXPECT_EQ(origin.tags, (std::vector<std::string>{"a", "b"}));
  const auto y = alerts(rule, {exec("/usr/bin/y")});
  ASSERT_EQ(y.size(), 1U);
  EXPECT_EQ(y[0].recipe->origin->action, "Block");
  EXPECT_EQ(y[0].recipe->origin->message, "inner");
  EXPECT_EQ(y[0].severity, Severity::kCritical);
}

TEST(KubeArmorPolicy, AllowIsAWhitelist) {
  const std::string rule =
      policy("  process:\n    matchPaths:\n    - path: /usr/bin/ls\n    action: Allow\n");
  const auto inContainer = [](const std::string& path) { return exec(path).container("abc"); };
  EXPECT_FALSE(fires(rule, {inContainer("/usr/bin/ls")}));
  EXPECT_TRUE(fires(rule, {inContainer("/usr/bin/id")}));
  EXPECT_FALSE(fires(rule, {exec("/usr/bin/id").container("")}));
  EXPECT_FALSE(fires(rule, {exec("/usr/bin/id")}));  // not known to be in one
  // Of the owner's program, everybody else's execution is an alert.
  const std::string owner = policy(
      "  process:\n    matchPaths: [{path: /srv/a/x, ownerOnly: true}]\n    action: Allow\n");
  EXPECT_FALSE(fires(owner, {exec("/srv/a/x").owner(7).user(7).container("abc")}));
  EXPECT_TRUE(fires(owner, {exec("/srv/a/x").owner(7).user(0).container("abc")}));
}

TEST(KubeArmorPolicy, Account) {
  EXPECT_EQ(account(load(policy("  file: {matchPaths: [{path: /etc/passwd}]}\n"))),
            "refused\n"
            "5: section 'file' is not used: executions say nothing about it\n"
            "5: no 'process' section: executions cannot decide it");
  EXPECT_EQ(
      account(load(policy("  selector: {matchLabels: {app: x}}\n  network: {}\n"
                          "  process:\n    matchPaths:\n    - path: /usr/bin/x\n"
                          "    - path: crontab\n    - path: /a//b\n"
                          "    matchPatterns: [{pattern: '/a/**'}]\n"
                          "    matchDirectories: [{dir: /tmp}]\n"))),
      "warning\n"
      "6: section 'network' is not used: executions say nothing about it\n"
      "10: path 'crontab' does not begin with '/': this entry matches nothing\n"
      "11: path '/a//b' holds '//' or '..', and no path of the kernel does: this entry "
      "matches nothing\n"
      "13: dir '/tmp' does not end with '/': this entry matches nothing\n"
      "12: pattern '/a/**': KubeArmor enforces '**' and leaves it out of its own alerts; here "
      "it crosses directories\n"
      "5: selector is not used: a trace does not know labels of workloads; the policy is asked "
      "about every execution");
  EXPECT_EQ(account(load(policy("  process: {matchPaths: [{path: x}]}\n"))),
            "refused\n"
            "5: path 'x' does not begin with '/': this entry matches nothing\n"
            "5: no entry that could match");
  EXPECT_EQ(account(load(policy("  action: Deny\n  process: {matchPaths: [{path: /x}]}\n"))),
            "refused\n5: action 'Deny' is not Allow, Audit or Block");
  EXPECT_EQ(account(load(policy("  action: Audit\n  action: Block\n"
                                "  process: {matchPaths: [{path: /x}]}\n"))),
            "refused\n6: 'action' is given twice");
}

}  // namespace
}  // namespace exectrail::analyzer
