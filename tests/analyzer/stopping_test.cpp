// Whether a mount option stopped something or would have, in the alert's words, and never "no" for
// want of a mount table.
#include "analyzer/posture/stopping.h"

#include <gtest/gtest.h>

#include "tests/analyzer/alerts.h"

namespace exectrail::analyzer {
namespace {

using test::dropped;
using test::image;
using test::kHostMounts;
using test::webShell;

constexpr std::uint64_t kLater = 1'000'000'000;  // when mount tables of time 0 have settled

std::string saidOf(const Alert& alert) { return describe(stoppingOf(alert), alert); }

Alert refusedOn(const std::string& options) {
  return test::onlyAlert(webShell(
      test::attempt("./x", 13, image(2291)).cwd("/tmp").number(3).at(123'000'000), options));
}

TEST(Stopping, NoexecWouldHaveRefused) {
  const Alert alert = test::onlyAlert(webShell(dropped(), "rw,nosuid"));
  EXPECT_EQ(saidOf(alert),
            "no: /tmp is tmpfs rw,nosuid. noexec (CIS-DIL-2.0 1.1.5) would have refused this file, "
            "not \"sh /tmp/script\"");
  const Stopping stopping = stoppingOf(alert);
  ASSERT_EQ(stopping.would.size(), 1U);
  EXPECT_EQ(stopping.would[0].control, "noexec on /tmp");
  EXPECT_EQ(stopping.would[0].compliance.front(), "CIS-DIL-2.0 1.1.5");
}

TEST(Stopping, MountRefused) {
  EXPECT_EQ(saidOf(refusedOn("rw,noexec")),
            "yes, by the mount: /tmp is tmpfs rw,noexec. That stops this file, not \"sh /tmp/x\"");
  EXPECT_EQ(saidOf(refusedOn("rw")), "yes, EACCES, but by no mount option: /tmp is tmpfs rw");
  EXPECT_EQ(saidOf(refusedOn("")), "yes, EACCES; by what is not known: no mount table tells");
}

TEST(Stopping, WithoutATableNobodyKnows) {
  const Alert alert = test::onlyAlert(webShell(dropped()));
  EXPECT_EQ(saidOf(alert), "no; whether noexec would have is not known: no mount table tells");
  EXPECT_FALSE(stoppingOf(alert).known);
  // A table that came after the execution says nothing about it.
  test::Records records = webShell(dropped());
  records.push_back(test::mountTable(kHostMounts, {{"/", "rw"}, {"/tmp", "rw"}}).at(124'000'000));
  EXPECT_FALSE(stoppingOf(test::onlyAlert(records)).known);
  // Nor does one that was read just before: changes were gathered at that time.
  records = webShell(dropped());
  records.insert(records.end() - 1,
                 test::mountTable(kHostMounts, {{"/", "rw"}, {"/tmp", "rw"}}).at(122'500'000));
  EXPECT_FALSE(stoppingOf(test::onlyAlert(records)).known);
  // Nor does one of another mount namespace.
  records = webShell(dropped());
  records.insert(records.begin(), test::mountTable(7, {{"/", "rw"}, {"/tmp", "rw"}}));
  EXPECT_FALSE(stoppingOf(test::onlyAlert(records)).known);
}

// It says noexec, and yet the file ran: then it is not the mount that the file was on.
TEST(Stopping, TableThatIsContradicted) {
  const Alert alert = test::onlyAlert(webShell(dropped(), "rw,noexec"));
  EXPECT_FALSE(stoppingOf(alert).known);
  EXPECT_EQ(saidOf(alert), "no; /tmp is tmpfs rw,noexec: noexec, and yet it ran");
}

TEST(Stopping, DirectoryOfTheRootFileSystem) {
  test::Records records = webShell(dropped());
  records.insert(records.begin(), test::mountTable(kHostMounts, {{"/", "rw"}}));
  EXPECT_EQ(
      saidOf(test::onlyAlert(records)),
      "no: /tmp lies on /, tmpfs rw. noexec (CIS-DIL-2.0 1.1.5) would have refused this file, "
      "not \"sh /tmp/script\"");
}

TEST(Stopping, ScriptThatAnInterpreterOpens) {
  const test::Records records = {
      test::mountTable(kHostMounts, {{"/", "rw"}, {"/tmp", "rw"}}),
      test::exec("/usr/bin/dash").mountNamespace(kHostMounts).at(kLater).args({"sh", "/tmp/x"})};
  const test::Analysis analysis = test::analyze(test::shippedProgram(), records);
  ASSERT_EQ(analysis.alerts.size(), 1U);
  EXPECT_TRUE(analysis.alerts[0].scriptArgument);
  EXPECT_EQ(saidOf(analysis.alerts[0]),
            "no, and noexec would not have: dash opened the script as it opens any file");
  EXPECT_TRUE(stoppingOf(analysis.alerts[0]).known);
  EXPECT_TRUE(stoppingOf(analysis.alerts[0]).would.empty());
}

TEST(Stopping, ScriptWithInterpreterLineIsRefused) {
  const Alert alert = test::onlyAlert({test::mountTable(kHostMounts, {{"/", "rw"}, {"/tmp", "rw"}}),
                                       test::exec("/usr/bin/dash")
                                           .mountNamespace(kHostMounts)
                                           .at(kLater)
                                           .typed("/tmp/x.sh")
                                           .args({"/bin/sh", "/tmp/x.sh"})});
  EXPECT_FALSE(alert.scriptArgument);
  ASSERT_EQ(stoppingOf(alert).would.size(), 1U);
}

TEST(Stopping, MemoryFile) {
  const Alert alert =
      test::onlyAlert({test::mountTable(kHostMounts, {{"/", "rw"}}),
                       test::exec("/memfd:x").mountNamespace(kHostMounts).at(kLater)});
  EXPECT_EQ(saidOf(alert), "no, and no mount option would have: it lies in memory, on no mount");
}

// Only a link lies in /tmp: noexec there is not asked when the file behind it runs.
TEST(Stopping, LinkToAProgramElsewhere) {
  const Alert alert = test::onlyAlert({test::mountTable(kHostMounts, {{"/", "rw"}, {"/tmp", "rw"}}),
                                       test::exec("/usr/bin/python3.11")
                                           .mountNamespace(kHostMounts)
                                           .at(kLater)
                                           .typed("/tmp/venv/bin/python")});
  EXPECT_TRUE(stoppingOf(alert).known);
  EXPECT_TRUE(stoppingOf(alert).would.empty());
  EXPECT_EQ(saidOf(alert), "");
}

TEST(Stopping, MountThatNoGuideNames) {
  const Alert alert =
      test::onlyAlert({test::mountTable(kHostMounts, {{"/", "rw"}, {"/run", "rw"}}),
                       test::exec("/run/a/x").mountNamespace(kHostMounts).at(kLater)});
  EXPECT_EQ(saidOf(alert),
            "no: /run is tmpfs rw. noexec would have refused this file, not \"sh /run/script\"");
  EXPECT_TRUE(stoppingOf(alert).would[0].compliance.empty());
}

}  // namespace
}  // namespace exectrail::analyzer
