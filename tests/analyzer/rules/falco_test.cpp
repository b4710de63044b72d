// Falco's rules of our own against executions: operators, lists, macros, exceptions, changes.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "analyzer/engine/engine.h"
#include "analyzer/output/format.h"
#include "tests/analyzer/rules/rules.h"
#include "tests/support/traces.h"

namespace exectrail::analyzer {
namespace {

using test::account;
using test::alerts;
using test::exec;
using test::fires;
using test::image;
using test::load;
using test::Records;

std::string rule(const std::string& condition, const std::string& more = {}) {
  return "- rule: A test\n  desc: d\n  output: o\n  priority: WARNING\n  condition: >\n    " +
         condition + "\n" + more;
}

// The last of: a server, its shell, a program in a container.
const Records& records() {
  static const Records kRecords = {
      exec("/usr/sbin/nginx").pid(6).args({"nginx: worker"}),
      exec("/usr/bin/dash").pid(7).by(image(6)).args({"/bin/sh", "-c", "x"}),
      exec("/tmp/x")
          .pid(8)
          .by(image(7))
          .args({"./x", "-o", "A b"})
          .container("c0ffee")
          .user(0)
          .environment({"B=2", "A=12"})
          .capabilities(1U << 16, 1)};
  return kRecords;
}

TEST(FalcoRule, Comparisons) {
  const std::pair<const char*, bool> vectors[] = {
      {"proc.name = x", true},
      {"proc.name=x", true},
      {"proc.name != x and proc.name = x", false},
      {"proc.name in (y, x) and container.id != host", true},
      {"proc.name in (\"y\")", false},
      {"proc.exepath = /tmp/x", true},
      {"proc.exepath startswith /tmp/", true},
      {"proc.exepath pmatch (/var, /tmp)", true},
      {"proc.exepath pmatch (/tm)", false},
      {"proc.exepath glob '/t*x'", true},
      {"proc.exepath regex '/tm.'", false},  // all of it
      {"proc.exepath regex '/tm.*'", true},
      {"proc.cmdline = \"x -o A b\"", true},  // the name, not argv[0]
      {"proc.cmdline startswith 'x -o'", true},
      {"proc.cmdline startswith '-o'", false},
      {"proc.cmdline contains '-o a'", false},
      {"proc.cmdline icontains '-o a'", true},
      {"proc.args startswith '-o'", true},
      {"proc.args = '-o A b'", true},
      {"proc.args = ''", false},
      {"proc.cmdline != '' and proc.name = x", true},
      {"proc.cmdline startswith '' and proc.name = x", true},
      // `and` before `or`, `not` before both.
      {"proc.name = x or proc.name = dash and proc.pid = 9", true},
      {"(proc.name = x or proc.name = dash) and proc.pid = 9", false},
      {"not proc.name = x and proc.name = x", false},
      {"not (proc.name = x and proc.pid = 9) and proc.name = x", true},
      {"not not proc.name = x", true},
      {"proc.name intersects (x, y)", true},
      {"proc.name iglob 'X*'", true},
      {"proc.name glob 'X*'", false},
      {"proc.name glob '?'", true},
      {"proc.exepath glob '*/x'", true},  // a star crosses directories, as in fnmatch(3)
      {"proc.exepath pmatch (/tmp/x, /var)", true},
      {"user.uid < 1 and proc.name = x", true},
      {"user.uid <= 0 and user.uid >= 0 and proc.name = x", true},
      {"user.uid > 0 and proc.name = x", false},
      {"tolower(proc.name) in (x, y)", true},
      {"proc.args endswith b", true},
      {"proc.exe = ./x", true},
      {"proc.pname = dash", true},
      {"proc.pcmdline startswith 'sh -c'", true},
      {"proc.aname = nginx", true},
      {"proc.aname[1] = dash", true},
      {"proc.aname[1] = nginx and proc.pid = 8", false},
      {"proc.aname[0] = x", true},  // itself
      {"proc.aname = x", false},    // no ancestor of its own
      {"proc.aname[2] = nginx", true},
      {"proc.aname[2] = dash", false},
      {"proc.aname[2] != dash and proc.name = x", true},
      {"proc.aname[2] != nginx and proc.name = x", false},
      {"proc.aname != nginx and proc.name = x", true},      // one of them is another
      {"proc.aname[3] != nginx and proc.name = x", false},  // not known
      {"not proc.aname[3] = nginx and proc.name = x", true},
      {"proc.aname[2] exists and not proc.aname[3] exists", true},
      {"proc.aexe[1] = /bin/sh", true},
      {"proc.aexe[0] = ./x", true},
      {"proc.aexepath[2] = /usr/sbin/nginx", true},
      {"proc.aexepath[1] endswith /dash and proc.pid = 8", true},
      {"proc.acmdline[1] startswith 'sh -c'", true},
      {"proc.acmdline[2] startswith 'sh -c'", false},
      {"proc.acmdline contains 'worker' and proc.pid = 8", true},
      {"proc.apid[1] = 7", true},
      {"proc.apid[2] in (1, 6)", true},
      {"proc.apid = 6 and proc.pid = 8", true},
      {"proc.apid = 8", false},
      {"user.loginuid = -1 and proc.name = x", false},  // not known
      {"proc.aname[2] in (nginx, httpd)", true},
      {"proc.aname = httpd", false},
      {"proc.pid = 8 and user.uid = 0", true},
      {"user.uid != 0 and proc.name = x", false},
      {"user.name = root and proc.name = x", true},
      {"user.name != daemon and proc.name = x", true},
      {"user.name != root and proc.name = x", false},
      {"user.name in ('<NA>', root) and proc.name = x", true},
      {"user.loginname = root and proc.name = x", false},  // not known
      {"proc.env contains 'A=1' and proc.name = x", true},
      {"proc.env icontains 'a=' and proc.name = x", true},
      {"proc.env contains 'A=1 '", false},  // a space ends a variable, and this one goes on
      {"proc.env contains 'A=12 '", true},
      {"proc.env[A] = 12", true},
      {"proc.env[A] = 1 and proc.name = x", false},
      {"thread.cap_effective icontains sys_module", true},
      {"thread.cap_effective contains CAP_SYS_ADMIN", false},
      {"tolower(proc.args) contains 'a b'", true},
      {"toupper(proc.name) = X", true},
      {"basename(proc.exepath) = x", true},
      {"basename(proc.exepath) in (mp, tmp)", false},
      {"basename(proc.aexepath) = nginx and proc.name = x", true},
      {"len(proc.name) = 1", true},
      {"len(proc.name) > 1 and proc.name = x", false},
      {"proc.name = val(proc.exe) and proc.name = x", false},
      {"proc.name != val(proc.pname) and proc.name = x", true},
      {"evt.type in (execve, execveat) and evt.dir=< and proc.name = x", true},
      {"evt.type = execve and evt.res = SUCCESS and evt.num >= 0 and proc.name = x", true},
      {"evt.rawres in (-1, 0) and proc.name = x", true},
      {"evt.rawres != 0 and proc.name = x or proc.pid = 9", false},
      {"thread.cap_permitted contains CAP_CHOWN and proc.name = x", true},
      {"thread.cap_effective contains CAP_CHOWN", false},
      {"proc.tty = 0 and proc.name = x", false},  // not known
      {"evt.type exists and proc.tty exists and evt.dir in (>, <) and proc.name = x", true},
      {"evt.dir = > and proc.name = x or proc.pid = 9", false},
      {"container.id = c0ffee", true},
      {"container.id = host and proc.name = x", false},
      {"not proc.name in (nginx, dash) and not (proc.pid = 6 or proc.pid = 7)", true},
      {"proc.name exists and proc.name = x", true},
  };
  for (const auto& [condition, expected] : vectors) {
    EXPECT_EQ(fires(rule(condition), records()), expected) << condition;
  }
}

// What a process ran before is no ancestor of what it runs; a subshell is one.
TEST(FalcoRule, AncestorsAreProcesses) {
  const Records replaced = {exec("/usr/sbin/nginx").pid(6).top(),
                            exec("/usr/bin/dash").pid(7).by(image(6)), exec("/tmp/x").pid(7, 2)};
  const std::pair<const char*, bool> vectors[] = {
      {"proc.name = x and proc.aname = dash", false},
      {"proc.name = x and proc.aname[1] = nginx and proc.pname = nginx", true},
      {"proc.name = x and proc.aname[2] exists", false},
      {"proc.name = x and not proc.aname[2] exists", true}};
  for (const auto& [condition, expected] : vectors) {
    EXPECT_EQ(fires(rule(condition), replaced), expected) << condition;
  }
  const Records subshell = {exec("/usr/bin/dash").pid(6).top(), test::forked(image(6), 7),
                            exec("/tmp/x").pid(8).by(image(7, 0))};
  EXPECT_TRUE(
      fires(rule("proc.aname[1] = dash and proc.aname[2] = dash and proc.apid[2] = 6"), subshell));
}

TEST(FalcoRule, ListsAndMacros) {
  const std::string definitions =
      "- list: shells\n  items: [bash, more_shells]\n"
      "- list: more_shells\n  items: [dash]\n"
      "- macro: spawned_process\n  condition: (evt.type in (execve, execveat))\n"
      "- macro: below_shell\n  condition: spawned_process and proc.pname in (shells)\n"
      "- macro: never_true\n  condition: (evt.num=0)\n";
  EXPECT_TRUE(fires(definitions + rule("below_shell and not never_true"), records()));
  EXPECT_FALSE(fires(definitions + rule("never_true or proc.pname in (shells, zsh) and proc.pid=9"),
                     records()));
}

// Whatever the order: a rule says what its lists and macros say in the end.
TEST(FalcoRule, ListsAndMacrosChange) {
  const std::string base = rule("m or proc.name in (names)") +
                           "- list: names\n  items: [a]\n- macro: m\n  condition: proc.name = y\n";
  const std::pair<const char*, bool> vectors[] = {
      {"", false},
      {"- list: names\n  append: true\n  items: [x]\n", true},
      {"- list: names\n  items: [x]\n  override: {items: append}\n", true},
      {"- list: names\n  items: [x]\n", true},  // defined anew
      {"- list: names\n  items: [x]\n- list: names\n  items: [b]\n  override: {items: replace}\n",
       false},
      {"- macro: m\n  append: true\n  condition: or proc.name = x\n", true},
      {"- macro: m\n  condition: or proc.name = x\n  override: {condition: append}\n", true},
      {"- macro: m\n  condition: proc.name = x\n  override: {condition: replace}\n", true},
      {"- macro: m\n  condition: proc.name = x\n", true},
      {"- macro: m\n  condition: proc.name = x\n- macro: m\n  condition: proc.name = z\n", false},
  };
  for (const auto& [more, expected] : vectors)
    EXPECT_EQ(fires(base + more, records()), expected) << more;
  // A macro is one operand, however many it has itself.
  EXPECT_FALSE(fires(
      "- macro: m\n  condition: proc.name = y or proc.name = x\n" + rule("not m and proc.pid = 8"),
      records()));
}

TEST(FalcoRule, Changes) {
  const std::string base = rule("proc.name = x") +
                           "- list: names\n  items: [a]\n- macro: m\n  condition: proc.name = y\n";
  EXPECT_FALSE(
      fires(base + "- rule: A test\n  append: true\n  condition: and proc.pid = 9\n", records()));
  EXPECT_TRUE(fires(base + "- rule: A test\n  condition: or proc.pid = 9\n"
                           "  override: {condition: append}\n",
                    records()));
  EXPECT_FALSE(fires(base + "- rule: A test\n  condition: proc.pid = 9\n"
                            "  override: {condition: replace}\n",
                     records()));
  EXPECT_FALSE(fires(base + "- rule: A test\n  enabled: false\n", records()));
  EXPECT_FALSE(fires(base + "- rule: A test\n  enabled: false\n  override: {enabled: replace}\n",
                     records()));
  EXPECT_EQ(
      account(load(base + "- rule: A test\n  priority: INFO\n  override: {output: replace}\n")),
      "refused\n13: override: there is no 'output' to replace\nloaded");
  EXPECT_EQ(account(load(base + "- rule: A test\n  output: x\n  override: {output: add}\n")),
            "refused\n13: override: 'add' is neither append nor replace\nloaded");
  EXPECT_EQ(account(load("- rule: B\n  append: true\n  condition: and proc.pid = 9\n")),
            "refused\n1: it changes a rule that is not there");
}

TEST(FalcoRule, Exceptions) {
  const std::string condition = "proc.name = x";
  EXPECT_FALSE(fires(rule(condition,
                          "  exceptions:\n"
                          "  - {name: e, fields: [proc.pname, proc.exepath], "
                          "comps: [in, startswith], values: [[[dash, bash], /tmp]]}\n"),
                     records()));
  EXPECT_TRUE(fires(rule(condition,
                         "  exceptions:\n"
                         "  - {name: e, fields: [proc.pname, proc.exepath], "
                         "values: [[dash, /tmp]]}\n"),
                    records()));
  EXPECT_FALSE(fires(rule(condition,
                          "  exceptions:\n"
                          "  - {name: e, fields: proc.pname, values: [dash]}\n"),
                     records()));
  const std::string empty = rule(condition, "  exceptions: [{name: e, fields: proc.pname}]\n");
  EXPECT_TRUE(fires(empty, records()));
  EXPECT_FALSE(fires(empty + "- rule: A test\n  append: true\n"
                             "  exceptions: [{name: e, values: [dash]}]\n",
                     records()));
}

TEST(FalcoRule, AlertKeepsItsName) {
  const auto found = alerts(rule("proc.name = x", "  tags: [T1059, x]\n"), records());
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].recipe->name, "falco/a-test");
  EXPECT_EQ(found[0].recipe->origin->id, "A test");
  EXPECT_EQ(found[0].recipe->attack, std::vector<std::string>{"T1059"});
  EXPECT_EQ(found[0].severity, Severity::kMedium);
}

TEST(FalcoRule, UsersByTheHostsList) {
  trace::Header header = test::header();
  header.host.users = {{0, "root"}, {33, "www-data"}, {2, "bin"}};
  const auto fires = [&](const std::string& condition, const test::OwnedRecord& record) {
    RuleSet rules = load(rule(condition));
    const Program program(std::move(rules.recipes), {});
    std::size_t found = 0;
    Engine engine(program, header, [&](const Alert&) { ++found; });
    engine.process(record.record);
    engine.finish();
    return found != 0;
  };
  EXPECT_TRUE(fires("user.name = bin", exec("/usr/bin/x").user(2)));
  EXPECT_TRUE(fires("user.name startswith www-", exec("/usr/bin/x").user(33)));
  EXPECT_FALSE(fires("user.name = bin", exec("/usr/bin/x").user(33)));
  // A container has users of its own.
  EXPECT_FALSE(fires("user.name = bin", exec("/usr/bin/x").user(2).container("c0ffee")));
  EXPECT_TRUE(fires("user.name = root", exec("/usr/bin/x").user(0).container("c0ffee")));
}

TEST(FalcoRule, OutputIsFilled) {
  const auto found = alerts(
      "- rule: A test\n  desc: d\n  priority: error\n  condition: proc.name = x\n  tags: [mine]\n"
      "  output: \"*Ran %proc.name (%proc.args) by %proc.pname/%proc.aname[2]; top %proc.aname[9]. "
      "5% "
      "%fd.name uid=%user.uid %container.id.\"\n",
      records());
  ASSERT_EQ(found.size(), 1U);
  const trace::Header header = test::header();
  const std::string inputs;
  const auto json =
      nlohmann::json::parse(render(Format::kFalco, found[0], {header, inputs, {}, {}, false}));
  EXPECT_EQ(
      json["output"],
      "05:06:07.000000000: Error Ran x (-o A b) by dash/nginx; top <NA>. 5% <NA> uid=0 c0ffee.");
  EXPECT_EQ(json["rule"], "A test");
  EXPECT_EQ(json["priority"], "Error");
  EXPECT_EQ(json["tags"], nlohmann::json::array({"mine"}));
}

TEST(FalcoRule, Account) {
  const std::pair<const char*, const char*> vectors[] = {
      {"fd.name = /etc/shadow",
       "refused\n1: field 'fd.name': about a file or a connection that is open, not about an "
       "execution: "
       "this part is never true\n"
       "1: executions cannot decide it"},
      {"evt.type = open", "refused\n1: no execution can make it true: it asks for the events open"},
      {"evt.type = execve", "refused\n1: it is true of every execution"},
      {"no_such", "refused\n1: there is no macro 'no_such'"},
      {"proc.name like x", "refused\n1: unknown operator 'like'"},
      {"proc.name = x and", "refused\n1: unexpected ')'"},
      {"lower(proc.name) = x", "refused\n1: there is no transformer 'lower()'"},
      {"tolower(proc.name) = X",
       "refused\n1: field 'proc.name': 'X' is not what tolower() gives: this part is never true\n"
       "1: executions cannot decide it"},
      {"proc.pid > val(proc.ppid)",
       "refused\n1: field 'proc.pid': operator '>' between fields: this part is never true\n"
       "1: executions cannot decide it"},
      {"tolower(evt.type) = execve",
       "refused\n1: field 'evt.type': transformer 'tolower()' cannot be asked of it: this part is "
       "never true\n1: executions cannot decide it"},
      {"b64(proc.name) = x",
       "refused\n1: field 'proc.name': transformer 'b64()' cannot be asked of an execution: this "
       "part is never true\n1: executions cannot decide it"},
      {"proc.vpid = 1",
       "refused\n1: field 'proc.vpid': process numbers inside of containers are not recorded: this "
       "part is never true\n1: executions cannot decide it"},
      {"container.image.repository = x",
       "refused\n1: field 'container.image.repository': needs to know what containers are: "
       "--workloads: this part is never true\n1: executions cannot decide it"},
      {"evt.type in (open, openat)",
       "refused\n1: no execution can make it true: it asks for the events open, openat"},
      {"proc.name = 'x", "refused\n1: quoted text without a closing quote"},
      {"user.name in (root, bin) and proc.pid = 1", "loaded"},
      {"user.name in (root, '') and proc.pid = 1",
       "warning\n1: field 'user.name': a user without a name is not known to have none"},
      {"proc.env contains A",
       "warning\n1: field 'proc.env': only variables that the recorder was "
       "told to keep"},
      {"proc.aname[2] = x", "loaded"},
      {"proc.name = x and evt.rawres contains 0",
       "refused\n1: a number cannot be compared by 'contains'"},
      {"proc.name = x and evt.num in (1, two)", "refused\n1: 'two' is no number"},
      {"evt.type startswith exec",
       "refused\n1: field 'evt.type': operator 'startswith': this part is never true\n1: "
       "executions "
       "cannot decide it"},
      {"evt.unheard exists",
       "refused\n1: field 'evt.unheard': of Falco's own events, not of an execution: this part is "
       "never true\n1: executions cannot decide it"},
      {"proc.name in ()", "refused\n1: no execution can make it true"},
      {"proc.cmdline = './x -o'",
       "refused\n1: './x -o' begins with a path, where 'proc.cmdline' has a name: it never "
       "matches\n1: no execution can make it true"},
      {"proc.aname[x] = y", "refused\n1: 'proc.aname[x]': '[...]' takes the number of an ancestor"},
      {"proc.aname[-1] = y",
       "refused\n1: 'proc.aname[-1]': '[...]' takes the number of an ancestor"},
      {"proc.aname[ = y", "refused\n1: 'proc.aname[': '[...]' takes the number of an ancestor"},
      {"proc.aname[257] = y",
       "refused\n1: field 'proc.aname[257]': no more than 256 ancestors are kept: this part is "
       "never "
       "true\n1: executions cannot decide it"},
      {"proc.name[1] = y", "refused\n1: field 'proc.name' takes no '[...]'"},
      {"proc.name = val(proc.aname[1])",
       "refused\n1: field 'proc.name': cannot be compared with 'proc.aname[1]': this part is never "
       "true\n1: executions cannot decide it"},
  };
  for (const auto& [condition, expected] : vectors) {
    EXPECT_EQ(account(load(rule(condition))), expected) << condition;
  }
  EXPECT_EQ(account(load("- macro: m\n  condition: m\n" + rule("m and proc.pid = 1"))),
            "refused\n3: nested too deeply, or a macro that stands for itself");
  std::string bomb = "- macro: m0\n  condition: proc.pid = 1\n";
  for (int i = 1; i < 12; ++i) {
    const std::string before = "m" + std::to_string(i - 1);
    bomb += "- macro: m" + std::to_string(i) + "\n  condition: " + before + " or " + before +
            " or " + before + " or " + before + "\n";
  }
  EXPECT_EQ(account(load(bomb + rule("m11"))), "refused\n25: the rule is too large");
  EXPECT_EQ(account(load(rule("proc.pid = 1", "  source: k8s_audit\n"))),
            "refused\n1: source k8s_audit is not about executions");
  EXPECT_EQ(account(load("- thing: x\n- rule: r\n")),
            "refused\n1: neither a rule nor a macro nor a list\n"
            "refused\n2: unknown priority ''");
}

}  // namespace
}  // namespace exectrail::analyzer
