// The shipped recipe against what happens on hosts: attacks, what only looks like one, forged
// exemptions, and evidence that is missing.
#include "analyzer/engine/engine.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "tests/analyzer/analysis.h"
#include "tests/analyzer/unusual_directories.h"

namespace exectrail::analyzer {
namespace {

using test::analyze;
using test::image;
using test::onlyAlert;
using test::reasonNames;
using test::Records;
using test::unusualDirectories;
using Names = std::vector<std::string>;

// systemd(1) → PARENT(2) → what is added.
Records below(const test::OwnedRecord& parent, const Records& more) {
  Records records = {test::snapshot("/usr/lib/systemd/systemd").pid(1, 0).top(),
                     test::forked(image(1, 0), 2), parent, test::forked(image(2), 3)};
  records.insert(records.end(), more.begin(), more.end());
  return records;
}

std::uint64_t inconclusive(const test::Analysis& analysis) {
  return analysis.summary.recipes.at("exec_from_unusual_dir").inconclusive;
}

TEST(Engine, WebServerAbove) {
  const Alert alert =
      onlyAlert({test::snapshot("/usr/lib/systemd/systemd").pid(1, 0).top(),
                 test::snapshot("/usr/sbin/php-fpm8.2").pid(812, 0).by(image(1, 0)),
                 test::forked(image(812, 0), 2291),
                 test::exec("/usr/bin/dash").pid(2291).args({"sh", "-c", "cd /tmp; ./x"}),
                 test::forked(image(2291), 2292),
                 test::exec("/tmp/x").pid(2292).typed("./x").cwd("/tmp").user(33)});
  EXPECT_EQ(alert.severity, Severity::kCritical);
  EXPECT_EQ(alert.directoryClass, "temp");
  EXPECT_EQ(reasonNames(alert), (Names{"temp", "server_above"}));
  EXPECT_EQ(alert.reasons[1].because, "php-fpm8.2(812)");
  EXPECT_EQ(alert.filePath.value, "/tmp/x");
  EXPECT_EQ(alert.filePath.evidence.evidenceClass, trace::EvidenceClass::kKernel);
  EXPECT_TRUE(alert.unknown.empty());
  EXPECT_TRUE(alert.gaps.empty());
  EXPECT_TRUE(alert.lineageComplete);
  std::string lineage;
  for (const LineageEntry& entry : alert.lineage) lineage += entry.name + " " + entry.edge + ", ";
  EXPECT_EQ(lineage, "systemd snapshot, php-fpm8.2 snapshot, dash fork, x fork, ");
  EXPECT_EQ(alert.parent.id, image(2291));
  EXPECT_EQ(alert.previous.id, image(2292, 0));
  EXPECT_EQ(alert.evidence.at("executable"), trace::EvidenceClass::kKernel);
  EXPECT_EQ(alert.evidence.at("args"), trace::EvidenceClass::kImage);
}

TEST(Engine, TomcatIsAServerOtherJavaIsNot) {
  const auto java = [](const char* what) {
    return below(
        test::exec("/usr/lib/jvm/java-17/bin/java").pid(2).args({"java", "-cp", "a.jar", what}),
        {test::exec("/tmp/x").pid(3)});
  };
  EXPECT_EQ(onlyAlert(java("org.apache.catalina.startup.Bootstrap")).severity, Severity::kCritical);
  EXPECT_EQ(onlyAlert(java("org.example.Tool")).severity, Severity::kHigh);
}

TEST(Engine, RootAndNamesOfKernelThreads) {
  const Alert root = onlyAlert({test::exec("/tmp/x").user(0)});
  EXPECT_EQ(reasonNames(root), (Names{"temp", "as_root"}));
  EXPECT_EQ(root.severity, Severity::kCritical);
  EXPECT_EQ(onlyAlert({test::exec("/tmp/x").user(1000, 0)}).severity, Severity::kCritical);
  const Alert masked = onlyAlert({test::exec("/var/log/x").args({"[kworker/0:1]"})});
  EXPECT_EQ(reasonNames(masked), (Names{"logs", "kernel_name"}));
}

TEST(Engine, SeverityDoesNotLeaveItsRange) {
  EXPECT_EQ(onlyAlert({test::exec("/dev/shm/x").user(0).args({"[kworker]"})}).severity,
            Severity::kCritical);
}

TEST(Engine, OnlyTheTypedPathIsThere) {
  // A venv in /tmp whose python is a link.
  const Alert alert = onlyAlert(
      {test::exec("/usr/bin/python3.11").typed("./venv/bin/python").cwd("/tmp").args({"python"})});
  EXPECT_EQ(alert.severity, Severity::kMedium);
  EXPECT_TRUE(alert.typedPathOnly);
  EXPECT_EQ(alert.filePath.value, "/tmp/venv/bin/python");
  EXPECT_EQ(reasonNames(alert), (Names{"temp", "typed_path_only"}));
  // The other way round the kernel is believed.
  const Alert linked = onlyAlert({test::exec("/dev/shm/x").typed("/usr/local/bin/tool")});
  EXPECT_EQ(linked.severity, Severity::kCritical);
  EXPECT_FALSE(linked.typedPathOnly);
}

TEST(Engine, ScriptsAreWhereTheyLieNotWhereTheirInterpreterDoes) {
  // What the kernel makes of #!/bin/sh -e in /tmp/x.sh.
  const Alert alert = onlyAlert(
      {test::exec("/usr/bin/dash").typed("./x.sh").cwd("/tmp").args({"/bin/sh", "-e", "./x.sh"})});
  EXPECT_EQ(alert.severity, Severity::kHigh);
  EXPECT_TRUE(alert.script);
  EXPECT_FALSE(alert.typedPathOnly);
  EXPECT_EQ(alert.filePath.value, "/tmp/x.sh");
  EXPECT_EQ(alert.process.executable.value, "/usr/bin/dash");
  EXPECT_EQ(reasonNames(alert), Names{"temp"});
  // The interpreter counts as well.
  const Alert interpreter =
      onlyAlert({test::exec("/dev/shm/i").typed("/usr/bin/x").args({"/dev/shm/i", "/usr/bin/x"})});
  EXPECT_EQ(interpreter.directoryClass, "shm");
  EXPECT_EQ(interpreter.filePath.value, "/dev/shm/i");
  EXPECT_FALSE(interpreter.script);
  const Alert both =
      onlyAlert({test::exec("/dev/shm/i").typed("/tmp/x").args({"/dev/shm/i", "/tmp/x"})});
  EXPECT_EQ(both.directoryClass, "shm");
  // A script that was passed as an open file lies nobody knows where: in memory, as likely as not.
  const Alert open =
      onlyAlert({test::exec("/usr/bin/dash").typed("/dev/fd/3").args({"/bin/sh", "/dev/fd/3"})});
  EXPECT_EQ(open.severity, Severity::kCritical);
  EXPECT_EQ(open.filePath.value, "/dev/fd/3");
  // A program that is given a script ran from where it lies itself.
  EXPECT_TRUE(analyze(unusualDirectories(),
                      {test::exec("/usr/bin/dash").typed("/bin/sh").args({"sh", "/tmp/x.sh"})})
                  .alerts.empty());
}

TEST(Engine, BothSpellingsAreOneAlert) {
  const Alert typed = onlyAlert({test::exec("/run/ls").typed("/var/run/ls")});
  EXPECT_EQ(typed.directoryClass, "run_top");
  EXPECT_EQ(reasonNames(typed), Names{"run_top"});
}

TEST(Engine, MemoryFiles) {
  const Alert alert = onlyAlert({test::exec("/memfd:a (deleted)").links(0).typed("/dev/fd/3")});
  EXPECT_EQ(alert.directoryClass, "fileless");
  EXPECT_EQ(alert.filePath.value, "/memfd:a");
  // systemd starts every service so: what is behind the descriptor decides.
  EXPECT_TRUE(analyze(unusualDirectories(),
                      {test::exec("/usr/lib/systemd/systemd-executor").typed("/dev/fd/9")})
                  .alerts.empty());
  EXPECT_TRUE(analyze(unusualDirectories(), {test::exec("/usr/sbin/runc").typed("/proc/self/exe")})
                  .alerts.empty());
  EXPECT_EQ(onlyAlert({test::exec("/tmp/x").typed("/proc/self/exe")}).directoryClass, "temp");
}

TEST(Engine, FailedAttempts) {
  const auto attempt = [](const char* path, int error) {
    return below(test::exec("/usr/bin/dash").pid(2).user(33),
                 {test::attempt(path, error, image(2)).cwd("/tmp").number(7)});
  };
  const Alert alert = onlyAlert(attempt("./x", EACCES));
  EXPECT_EQ(alert.errorNumber, EACCES);
  EXPECT_EQ(alert.attemptNumber, 7U);
  EXPECT_EQ(alert.filePath.value, "/tmp/x");
  EXPECT_EQ(alert.process.id, image(2));
  EXPECT_EQ(alert.process.executable.value, "/usr/bin/dash");
  EXPECT_EQ(alert.attemptArguments.value, Names{"./x"});
  EXPECT_EQ(alert.lineage.back().name, "dash");
  EXPECT_TRUE(analyze(unusualDirectories(), attempt("./x", ENOENT)).alerts.empty());
  EXPECT_TRUE(analyze(unusualDirectories(), attempt("/usr/bin/x", EACCES)).alerts.empty());
  // Nobody knows what was behind the descriptor.
  EXPECT_EQ(inconclusive(analyze(unusualDirectories(), attempt("/dev/fd/3", EACCES))), 1U);
}

TEST(Engine, GoTestIsExemptAForgedOneIsNot) {
  const auto run = [](const test::OwnedRecord& parent) {
    return onlyAlert(below(parent, {test::exec("/tmp/go-build1/b001/a.test").pid(3).owner(1000)}));
  };
  const Alert genuine = run(test::exec("/usr/lib/go-1.19/bin/go").pid(2).args({"go", "test"}));
  EXPECT_EQ(genuine.severity, Severity::kInfo);
  EXPECT_TRUE(genuine.exempted);
  EXPECT_EQ(reasonNames(genuine), (Names{"temp", "go-test"}));
  EXPECT_EQ(genuine.reasons.back().effect, "exempt");
  for (const test::OwnedRecord& forged :
       {test::OwnedRecord(test::exec("/usr/bin/bash").pid(2)),
        test::OwnedRecord(test::exec("/home/alice/bin/go").pid(2).args({"go", "test"}).comm("go")),
        test::OwnedRecord(
            test::exec("/usr/lib/go-1.19/bin/go").pid(2).args({"go", "test"}).owner(1000))}) {
    const Alert alert = run(forged);
    EXPECT_EQ(alert.severity, Severity::kHigh);
    EXPECT_FALSE(alert.exempted);
    EXPECT_TRUE(alert.unknown.empty());
  }
  // What cannot be decided does not exempt, and is said.
  const Alert unknown =
      run(test::exec("/usr/lib/go-1.19/bin/go").pid(2).args({"go", "test"}).noFile());
  EXPECT_EQ(unknown.severity, Severity::kHigh);
  EXPECT_EQ(unknown.unknown, Names{"go-test"});
  EXPECT_EQ(unknown.unknownBecause.at("go-test"), "parent.file.uid");
}

TEST(Engine, MaintainerScripts) {
  constexpr const char* kScript = "/var/lib/dpkg/info/a.postinst";
  const Alert alert = onlyAlert(below(
      test::exec("/usr/bin/dpkg").pid(2).user(0),
      {test::exec("/usr/bin/dash").pid(3).user(0).typed(kScript).args({"/bin/sh", kScript})}));
  EXPECT_EQ(reasonNames(alert), (Names{"var_lib", "package_tool", "dpkg-maintainer-script"}));
  // Through debconf, an interpreter counts only with root and with what it runs.
  const auto debconf = [](const char* option, std::uint32_t user) {
    return onlyAlert(below(test::exec("/usr/bin/perl")
                               .pid(2)
                               .user(user)
                               .args({"/usr/bin/perl", option, "/usr/share/debconf/frontend", "x"}),
                           {test::exec("/var/lib/dpkg/info/a.postinst").pid(3).user(user)}))
        .exempted;
  };
  EXPECT_TRUE(debconf("-w", 0));
  EXPECT_FALSE(debconf("-w", 1000));
}

TEST(Engine, ContainerRuntimeCopies) {
  const char* copy = "/memfd:runc_cloned:/proc/self/exe (deleted)";
  const auto run = [&](const char* parent) {
    return onlyAlert(below(test::exec(parent).pid(2),
                           {test::exec(copy).pid(3).args({"runc", "init"}).links(0)}))
        .severity;
  };
  EXPECT_EQ(run("/usr/sbin/runc"), Severity::kInfo);
  EXPECT_EQ(run("/usr/bin/bash"), Severity::kCritical);
  copy = "(unreachable)/runc";
  EXPECT_EQ(run("/usr/sbin/runc"), Severity::kInfo)
      << "from an overlay of itself, attached nowhere";
  EXPECT_EQ(run("/usr/bin/bash"), Severity::kCritical);
  copy = "(unreachable)/usr/sbin/runc";
  EXPECT_EQ(run("/usr/sbin/runc"), Severity::kCritical);
}

TEST(Engine, MissingEvidenceIsInconclusiveNotClean) {
  // No path at all.
  EXPECT_EQ(
      inconclusive(analyze(unusualDirectories(), {test::exec("/tmp/x").noExecutable().noTyped()})),
      1U);
  // Relative to nobody knows where.
  EXPECT_EQ(inconclusive(analyze(unusualDirectories(),
                                 {test::exec("/tmp/x").noExecutable().typed("./x").noCwd()})),
            1U);
  // The kernel says /usr/bin, but whether what was typed lies elsewhere cannot be told.
  EXPECT_EQ(inconclusive(
                analyze(unusualDirectories(), {test::exec("/usr/bin/ls").typed("./ls").noCwd()})),
            1U);
  // It was gone before it could be looked at: what was typed decides, and says so.
  const Alert gone = onlyAlert({test::exec("/tmp/x").noExecutable().typed("./x").cwd("/tmp")});
  EXPECT_EQ(gone.filePath.value, "/tmp/x");
  EXPECT_EQ(gone.filePath.evidence.evidenceClass, trace::EvidenceClass::kInferred);
  // What was typed lies in /usr/bin; what ran need not, behind a link.
  EXPECT_EQ(inconclusive(analyze(unusualDirectories(), {test::exec("/usr/bin/ls").noExecutable()})),
            1U);
}

// Where the recorder could not tell from which root the kernel's path begins.
TEST(Engine, AnInferredExecutableAccusesAndDoesNotClear) {
  const auto at = [](const std::string& path) {
    return test::exec(path).executable(path, {trace::EvidenceClass::kInferred});
  };
  EXPECT_EQ(inconclusive(analyze(unusualDirectories(), {at("/usr/bin/ls")})), 1U);
  const Alert alert = onlyAlert({at("/tmp/x")});
  EXPECT_EQ(alert.filePath.evidence.evidenceClass, trace::EvidenceClass::kInferred);
  // The next one of the same path, seen better, is judged for itself.
  EXPECT_EQ(inconclusive(analyze(unusualDirectories(),
                                 {at("/usr/bin/ls"), test::exec("/usr/bin/ls").pid(1001)})),
            1U);
}

// Nobody knows what another process's root is; that somebody goes through it is unusual enough.
TEST(Engine, ThroughTheRootOfAnotherProcess) {
  const Alert alert = onlyAlert({test::exec("/usr/share/x").typed("/proc/7/root/usr/share/x")});
  EXPECT_EQ(alert.directoryClass, "pseudo_fs");
  EXPECT_TRUE(alert.typedPathOnly);
  const auto own = test::exec("/usr/bin/x").typed("/proc/self/root/usr/bin/x");
  EXPECT_TRUE(analyze(unusualDirectories(), {own}).alerts.empty());
}

TEST(Engine, UnknownConditionsAreNamed) {
  const Alert alert = onlyAlert({test::exec("/tmp/x").by(image(9)).noUser().noArgs()});
  EXPECT_EQ(alert.severity, Severity::kHigh);
  EXPECT_EQ(alert.unknown, (Names{"server_above", "scheduled", "as_root", "kernel_name"}));
  EXPECT_EQ(alert.unknownBecause.at("as_root"), "user.effective_id");
  EXPECT_FALSE(alert.lineageComplete);
}

TEST(Engine, GapsThatTheDecisionSpansAreNamed) {
  const Alert alert =
      onlyAlert({test::snapshot("/usr/lib/systemd/systemd").pid(1, 0).top().at(10),
                 test::gap(20, 30, 5), test::forked(image(1, 0), 2).at(40),
                 test::exec("/usr/bin/dash").pid(2).at(50), test::gap(60, 70, 214),
                 test::forked(image(2), 3).at(80), test::exec("/tmp/x").pid(3).at(90)});
  // The first gap was over before the shell that created the process began.
  ASSERT_EQ(alert.gaps.size(), 1U);
  EXPECT_EQ(alert.gaps[0].lostEvents, 214U);
}

TEST(Engine, ACountNamesTheGapsInItsWindow) {
  const auto program =
      test::compiled(test::recipeWith("count: {at_least: 2, within: 1m, key: [file.path]}\n"));
  constexpr std::uint64_t kSecond = 1'000'000'000;
  const std::vector<Alert> alerts =
      analyze(*program, {test::gap(10, 20, 9).at(20),  // long before the window
                         test::exec("/tmp/x").pid(3).at(100 * kSecond),
                         test::gap(110 * kSecond, 111 * kSecond, 5).at(111 * kSecond),
                         test::exec("/usr/bin/dash").pid(2).at(120 * kSecond),
                         test::forked(image(2), 4).at(121 * kSecond),
                         test::exec("/tmp/x").pid(4).at(122 * kSecond)})
          .alerts;
  ASSERT_EQ(alerts.size(), 1U);
  ASSERT_EQ(alerts[0].gaps.size(), 1U) << "one may have been lost that counts";
  EXPECT_EQ(alerts[0].gaps[0].lostEvents, 5U);
}

TEST(Engine, ASummaryNamesTheGapsInItsWindow) {
  const auto program =
      test::compiled(test::recipeWith("suppress: {key: [file.path], first: 1, window: 1m}\n"));
  constexpr std::uint64_t kMinute = 60'000'000'000;
  Records records = below(test::exec("/usr/bin/dash").pid(2).at(50),
                          {test::exec("/tmp/x").pid(3).at(2 * kMinute),
                           test::exec("/tmp/x").pid(4).at(2 * kMinute + 10)});
  records.insert(records.begin(), test::gap(20, 30, 5).at(30));  // long before the window
  records.push_back(test::gap(2 * kMinute + 20, 2 * kMinute + 30, 214).at(2 * kMinute + 30));
  records.push_back(test::exec("/usr/bin/true").pid(9).at(4 * kMinute));
  const std::vector<Alert> alerts = analyze(*program, records).alerts;
  ASSERT_EQ(alerts.size(), 2U);
  EXPECT_TRUE(alerts[0].gaps.empty());
  EXPECT_EQ(alerts[1].suppressed, 1U);
  ASSERT_EQ(alerts[1].gaps.size(), 1U);
  EXPECT_EQ(alerts[1].gaps[0].lostEvents, 214U);
}

TEST(Engine, ValuesCarriedAcrossAGapAreNamed) {
  trace::Evidence stale{trace::EvidenceClass::kInferred};
  stale.afterGap = true;
  const Alert alert = onlyAlert({test::exec("/tmp/x").executable("/tmp/x", stale)});
  EXPECT_EQ(alert.afterGap, (Names{"executable", "file.path"}));
}

TEST(Engine, ExemptionsEnd) {
  const auto program = test::compiled(test::recipeWith(
      "exempt: [{name: a, path: ['/tmp/x'], parent: genuine(@go), why: b, until: 2026-03-04}]\n"
      "---\nlists: {go: [/usr/bin/go]}\n"));
  const auto exempted = [&](std::uint64_t timeNs) {
    return analyze(*program, below(test::exec("/usr/bin/go").pid(2),
                                   {test::exec("/tmp/x").pid(3).at(timeNs)}))
        .alerts.at(0)
        .exempted;
  };
  constexpr std::uint64_t kHour = 3'600'000'000'000;  // the trace begins at 05:06:07 on that day
  EXPECT_TRUE(exempted(18 * kHour));
  EXPECT_FALSE(exempted(19 * kHour));
}

TEST(Engine, SummaryCountsEverything) {
  Records records = below(test::exec("/usr/lib/go-1.19/bin/go").pid(2).args({"go", "test"}),
                          {test::exec("/tmp/go-build1/a").pid(3).owner(1000),
                           test::attempt("/tmp/x", EACCES, image(3)), test::gap(1, 2, 3)});
  records.push_back(test::exec("/tmp/x").pid(4).noExecutable().noTyped());
  const Summary summary = analyze(unusualDirectories(), records).summary;
  EXPECT_EQ(summary.execs, 3U);
  EXPECT_EQ(summary.attempts, 1U);
  EXPECT_EQ(summary.gaps, 1U);
  EXPECT_EQ(summary.lostEvents, 3U);
  EXPECT_EQ(summary.alertsBySeverity, (std::array<std::uint64_t, 5>{1, 0, 0, 1, 0}));
  const RecipeCounts& counts = summary.recipes.at("exec_from_unusual_dir");
  EXPECT_EQ(counts.alerts, 2U);
  EXPECT_EQ(counts.inconclusive, 1U);
  EXPECT_EQ(counts.exempted, (std::map<std::string, std::uint64_t>{{"go-test", 1}}));
}

TEST(Engine, SeveralRecipesInOrderOfName) {
  const auto recipe = [](const std::string& name) {
    return "recipe: " + name +
           "\nversion: 1.0.0\ntitle: t\nseverity: per class\njudge: {results: [ok], path: "
           "file.path}\n"
           "classes: {temp: {severity: low, under: [/tmp]}}\n";
  };
  const auto program = test::compiled(recipe("b") + "---\n" + recipe("a"));
  const auto alerts = analyze(*program, {test::exec("/tmp/x")}).alerts;
  ASSERT_EQ(alerts.size(), 2U);
  EXPECT_EQ(alerts[0].recipe->name, "a");
  EXPECT_NE(alerts[0].id, alerts[1].id);
}

TEST(Engine, IdentityOfAlerts) {
  const auto id = [](const test::OwnedRecord& record) { return onlyAlert({record}).id; };
  const std::string ran = id(test::exec("/tmp/x"));
  EXPECT_EQ(ran,
            "ff632da93f79728baceca8d570314d3e");  // computed apart, from the layout in identity.h
  EXPECT_EQ(ran, id(test::exec("/tmp/x").at(99).user(0)));
  EXPECT_NE(ran, id(test::exec("/tmp/x").pid(1000, 2)));
  EXPECT_NE(ran, id(test::exec("/tmp/x").pid(1001)));
  EXPECT_NE(ran, id(test::attempt("/tmp/x", EACCES, image(1000))));
  EXPECT_NE(id(test::attempt("/tmp/x", EACCES, image(1000)).number(1)),
            id(test::attempt("/tmp/x", EACCES, image(1000)).number(2)));
}

TEST(Engine, HostileBytesAreOnlyBytes) {
  const std::string longest = "/tmp/" + std::string(4000, '\xff') + "\n\033[2J";
  EXPECT_EQ(onlyAlert({test::exec(longest)}).filePath.value, longest);
  EXPECT_EQ(onlyAlert({test::exec("/tmp/x ")}).filePath.value, "/tmp/x ");
  trace::Record nothing;
  Summary summary;
  Engine engine(unusualDirectories(), trace::Header{}, [](const Alert&) {});
  engine.process(nothing);
  engine.process({0, 0, trace::Exec{}});
  engine.process({0, 0, trace::Attempt{}});
  engine.process({0, 0, trace::Fork{}});
  engine.process({0, 0, trace::Exit{}});
  engine.process({0, 0, trace::Snapshot{}});
  engine.process({0, 0, trace::Gap{}});
  EXPECT_EQ(engine.summary().execs, 1U);
}

}  // namespace
}  // namespace exectrail::analyzer
