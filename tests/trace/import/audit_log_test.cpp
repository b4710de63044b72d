// audit.log and laurel's JSON as they are found on hosts, and as they should not be.
#include <gmock/gmock.h>

#include "tests/trace/import/imported.h"
#include "trace/errors.h"

namespace exectrail::test {
namespace {

using testing::ElementsAre;
using trace::EvidenceClass;
using trace::SensorKind;

// A SYSCALL record of execve; `more` replaces nothing, it stands behind.
std::string call(const std::string& id, int pid, int ppid, const std::string& exe,
                 const std::string& result = "success=yes exit=0") {
  return "type=SYSCALL msg=audit(" + id + "): arch=c000003e syscall=59 " + result +
         " a0=1 ppid=" + std::to_string(ppid) + " pid=" + std::to_string(pid) +
         " auid=1000 uid=33 gid=33 euid=0 egid=33 ses=4 comm=\"c\" exe=\"" + exe + "\"\n";
}

std::string execve(const std::string& id, const std::string& arguments) {
  return "type=EXECVE msg=audit(" + id + "): " + arguments + "\n";
}

TEST(ImportAuditd, ARealCaptureOfTwoExecs) {
  const Imported trace = imported(SensorKind::kAuditd, captured("auditd-arp.txt"));
  const auto execs = trace.of<trace::Exec>();
  ASSERT_EQ(execs.size(), 2U);
  const trace::Exec& arp = execs[0];
  EXPECT_EQ(arp.image.executable,
            (trace::Field<trace::Bytes>("/usr/sbin/arp", EvidenceClass::kExternal)));
  EXPECT_EQ(arp.typedPath.value, "/usr/sbin/arp");
  EXPECT_THAT(arp.image.arguments.value, ElementsAre("arp", "-a"));
  EXPECT_EQ(arp.image.arguments.evidence, trace::Evidence{EvidenceClass::kExternal});
  EXPECT_EQ(arp.image.argumentShape.value.count, 2U);
  EXPECT_EQ(arp.image.id.tgid, 1631U);
  EXPECT_EQ(arp.image.parentPid.value, 29002U);
  EXPECT_EQ(arp.image.creator.value.id.tgid, 29002U);
  EXPECT_EQ(arp.image.creator.evidence.evidenceClass, EvidenceClass::kInferred);
  EXPECT_EQ(arp.image.identity.value.inode, 13181U);
  EXPECT_EQ(arp.image.identity.value.deviceMajor, 8U);
  EXPECT_EQ(arp.image.context->credentials.value.effectiveUid, 1000U);
  EXPECT_EQ(arp.image.context->login.value.sessionId, 104U);
  EXPECT_FALSE(arp.image.file.known()) << "the log has no size and no time";
  EXPECT_FALSE(arp.image.context->namespaces.known());
  EXPECT_EQ(trace.header.clock.toRealtimeNs(trace.records[0].timeNs), 1'604'994'496'155'000'000);
  EXPECT_EQ(trace.header.host.name, "") << "no node= in this log";
  EXPECT_THAT(trace.header.capture.sources, ElementsAre(trace::Source::kImport));
  EXPECT_EQ(execs[1].image.creator.value.id, arp.image.creator.value.id) << "the same shell";
  EXPECT_EQ(trace.report.counts.unreadable, 0U);
}

TEST(ImportAuditd, LaurelSaysTheSame) {
  const Imported raw = imported(SensorKind::kAuditd, captured("auditd-arp.txt"));
  const Imported laurel = imported(SensorKind::kLaurel, captured("laurel-arp.txt"));
  ASSERT_EQ(laurel.records.size(), raw.records.size());
  for (std::size_t i = 0; i < raw.records.size(); ++i) {
    EXPECT_EQ(laurel.records[i], raw.records[i]) << i;
  }
}

TEST(ImportAuditd, RecordsThatAlternateInPiecesInHexadecimalAndAFailure) {
  const Imported trace = imported(SensorKind::kAuditd, captured("auditd-hard.txt"));
  const auto execs = trace.of<trace::Exec>();
  ASSERT_EQ(execs.size(), 1U);
  EXPECT_EQ(execs[0].image.executable.value,
            "/tmp/a \xff"
            "b");
  EXPECT_THAT(execs[0].image.arguments.value, ElementsAre("./x", "a b\xff%\xc3\xa4", "abcdef", ""));
  EXPECT_FALSE(execs[0].image.arguments.evidence.truncated());
  EXPECT_EQ(execs[0].image.workingDirectory.value, "/tmp/a b c");
  EXPECT_FALSE(execs[0].image.identity.known()) << "the typed file is not the one that runs";
  EXPECT_EQ(execs[0].image.context->login.value.uid, trace::kLoginNotSet);
  const auto attempts = trace.of<trace::Attempt>();
  ASSERT_EQ(attempts.size(), 1U);
  EXPECT_EQ(attempts[0].errorNumber, 13);
  EXPECT_EQ(attempts[0].systemCall, trace::SystemCall::kExecveat);
  EXPECT_EQ(attempts[0].typedPath.value, "./x");
  EXPECT_EQ(attempts[0].workingDirectory.value, "/home/alice");
  EXPECT_FALSE(attempts[0].arguments.known()) << "audit has none of a failure";
  const auto callers = trace.of<trace::Snapshot>();
  ASSERT_EQ(callers.size(), 1U);
  EXPECT_EQ(callers[0].image.id, attempts[0].caller);
  EXPECT_EQ(callers[0].image.executable.value, "/usr/sbin/arp");
  EXPECT_EQ(trace.header.host.name, "web03");
}

TEST(ImportAuditd, SingleRecordsOfManyKinds) {
  const Imported trace = imported(SensorKind::kAuditd, captured("auditd-rhel7.txt"));
  EXPECT_EQ(trace.of<trace::Exec>().size(), 0U) << "no EXECVE there has its SYSCALL";
  EXPECT_EQ(trace.end->undecodedEvents, 6U) << "five EXECVE alone, and type=UNKNOWN[1329] msg=?";
  EXPECT_EQ(trace.end->lostEvents, 6U) << "each of them is in a gap";
}

TEST(ImportAuditd, AnEventWhoseLinesAreLostSaysSo) {
  const Imported trace =
      imported(SensorKind::kAuditd,
               call("1.000:1", 7, 1, "/bin/a") + call("2.000:2", 8, 1, "/bin/b") +
                   execve("2.000:2", "argc=3 a0=\"b\" a2=\"z\"") + call("3.000:3", 9, 1, "/bin/c") +
                   execve("3.000:3", "argc=2 a0=\"c\" a1=XYZ"));
  const auto execs = trace.of<trace::Exec>();
  ASSERT_EQ(execs.size(), 3U);
  EXPECT_FALSE(execs[0].image.arguments.known());
  EXPECT_THAT(execs[1].image.arguments.value, ElementsAre("b"));
  EXPECT_TRUE(execs[1].image.arguments.evidence.truncated());
  EXPECT_EQ(execs[1].image.argumentShape.value.count, 3U);
  EXPECT_THAT(execs[2].image.arguments.value, ElementsAre("c"));
  EXPECT_TRUE(execs[2].image.arguments.evidence.truncated());
}

TEST(ImportAuditd, UnreadableLinesAreAGapAtTheirPlace) {
  const Imported trace =
      imported(SensorKind::kAuditd, call("1.000:1", 7, 1, "/bin/a") + "rubbish\nmore\n\n" +
                                        std::string(2'000'000, 'x') + "\n" +
                                        call("9.000:2", 8, 1, "/bin/b"));
  const auto gaps = trace.of<trace::Gap>();
  ASSERT_EQ(gaps.size(), 1U);
  EXPECT_EQ(gaps[0].lostEvents, 3U);
  EXPECT_EQ(gaps[0].fromNs, 1'000'000'000U);
  EXPECT_EQ(gaps[0].toNs, 9'000'000'000U);
  EXPECT_EQ(trace.report.counts.unreadable, 3U);
  EXPECT_EQ(trace.of<trace::Exec>().size(), 2U);
}

TEST(ImportAuditd, WhileTheDaemonIsOffNothingIsKnown) {
  const Imported trace = imported(
      SensorKind::kAuditd,
      call("1.000:1", 7, 1, "/bin/a") + "type=DAEMON_END msg=audit(2.000:2): terminate\n" +
          "type=DAEMON_START msg=audit(60.000:3): start\n" + call("61.000:4", 8, 1, "/bin/b"));
  const auto gaps = trace.of<trace::Gap>();
  ASSERT_EQ(gaps.size(), 1U);
  EXPECT_EQ(gaps[0].fromNs, 2'000'000'000U);
  EXPECT_EQ(gaps[0].toNs, 60'000'000'000U);
}

TEST(ImportAuditd, OneProcessThatExecutesTwiceAndOneThatGetsItsPid) {
  const Imported trace =
      imported(SensorKind::kAuditd,
               call("1.000:1", 7, 5, "/bin/sh") + call("2.000:2", 7, 5, "/bin/a") +
                   call("3.000:3", 7, 1, "/bin/orphan") + call("4.000:4", 9, 7, "/bin/child") +
                   call("5.000:5", 7, 6, "/bin/other") + "type=SYSTEM_BOOT msg=audit(6.000:6): \n" +
                   call("7.000:7", 7, 6, "/bin/next"));
  const auto execs = trace.of<trace::Exec>();
  ASSERT_EQ(execs.size(), 6U);
  EXPECT_EQ(execs[1].image.id.process(), execs[0].image.id.process());
  EXPECT_EQ(execs[1].image.id.execNumber, 2U);
  EXPECT_EQ(execs[2].image.id.execNumber, 3U) << "its parent has died";
  EXPECT_EQ(execs[3].image.creator.value.id, execs[2].image.id);
  EXPECT_NE(execs[4].image.id.process(), execs[0].image.id.process()) << "another parent";
  EXPECT_NE(execs[5].image.id.process(), execs[4].image.id.process()) << "another boot";
}

TEST(ImportAuditd, ForksAndExitsWhereTheRulesLogThem) {
  const Imported trace = imported(
      SensorKind::kAuditd,
      "type=SYSCALL msg=audit(1.000:1): arch=c000003e syscall=57 success=yes exit=42 a0=0 ppid=1 "
      "pid=7\n"
      "type=SYSCALL msg=audit(1.100:2): arch=c000003e syscall=56 success=yes exit=43 a0=3d0f00 "
      "ppid=1 pid=7\n" +
          call("2.000:3", 42, 7, "/bin/a") +
          "type=SYSCALL msg=audit(3.000:4): arch=c000003e syscall=231 success=yes exit=0 a0=3 "
          "ppid=7 pid=42\n");
  const auto forks = trace.of<trace::Fork>();
  ASSERT_EQ(forks.size(), 1U) << "the clone made a thread";
  EXPECT_EQ(forks[0].child.tgid, 42U);
  const auto execs = trace.of<trace::Exec>();
  ASSERT_EQ(execs.size(), 1U);
  EXPECT_EQ(execs[0].image.id.process(), forks[0].child.process());
  EXPECT_EQ(execs[0].image.creator.evidence.evidenceClass, EvidenceClass::kExternal);
  const auto exits = trace.of<trace::Exit>();
  ASSERT_EQ(exits.size(), 1U);
  EXPECT_EQ(exits[0].image, execs[0].image.id);
  EXPECT_EQ(exits[0].status.value, 3U << 8);
}

TEST(ImportAuditd, OtherHostsAreLeftOutAndCounted) {
  std::string log;
  for (const char* host : {"a", "b", "a", "b"}) {
    log += "node=" + std::string(host) + " " + call("1.000:1", 7, 1, "/bin/" + std::string(host));
  }
  const Imported first = imported(SensorKind::kAuditd, log);
  EXPECT_EQ(first.header.host.name, "a");
  EXPECT_EQ(first.report.counts.otherHosts, 1U) << "the lines of one host are one event";
  const Imported second = imported(SensorKind::kAuditd, log, "b");
  ASSERT_EQ(second.of<trace::Exec>().size(), 1U);
  EXPECT_EQ(second.of<trace::Exec>()[0].image.executable.value, "/bin/b");
}

TEST(ImportAuditd, WhatIsNoLogIsRefusedBeforeAnythingIsWritten) {
  MemorySink sink;
  for (const char* text : {"", "hello\n", "{\"a\": 1}\n"}) {
    trace::LineReader lines(text);
    EXPECT_THROW(trace::importLog(lines, sink, {}), EnvironmentError) << text;
  }
  EXPECT_EQ(sink.bytes(), "");
}

TEST(ImportAuditd, BoundsHold) {
  std::string log;
  for (int i = 0; i < 3000; ++i) {  // none of them is ever whole
    log += execve("1.000:" + std::to_string(i),
                  "argc=4000000000 a3999999999=\"x\" a0=\"" + std::string(2000, 'y') + "\"");
  }
  log += call("1.000:99999", 7, 1, "/bin/a");
  std::string many = "argc=9000";
  for (int i = 0; i < 9000; ++i) many += " a" + std::to_string(i) + "=\"v\"";
  log += execve("1.000:99999", many);
  const Imported trace = imported(SensorKind::kAuditd, log);
  EXPECT_EQ(trace.report.counts.unreadable, 3000U);
  const auto execs = trace.of<trace::Exec>();
  ASSERT_EQ(execs.size(), 1U);
  EXPECT_EQ(execs[0].image.arguments.value.size(), trace::kMaxSensorArguments);
  EXPECT_TRUE(execs[0].image.arguments.evidence.truncated());
  EXPECT_EQ(execs[0].image.argumentShape.value.count, 9000U);
}

TEST(ImportLaurel, TooDeepCutOffOrAboutSomethingElse) {
  const std::string good = captured("laurel-arp.txt");
  const Imported trace =
      imported(SensorKind::kLaurel, "@cee: " + good + std::string(100'000, '[') + "\n" +
                                        good.substr(0, 200) +
                                        "\n{\"ID\":\"1.0:9\",\"LOGIN\":{\"pid\":1}}\n" +
                                        R"({"ID":"1.0:9","SYSCALL":{"pid":"many"}})" + "\n");
  EXPECT_EQ(trace.of<trace::Exec>().size(), 2U);
  EXPECT_EQ(trace.report.counts.unreadable, 3U);
  EXPECT_EQ(trace.report.counts.other, 1U);
}

TEST(ImportLaurel, WhatLaurelKnowsOfTheParent) {
  const Imported trace = imported(
      SensorKind::kLaurel,
      R"({"ID":"1.000:2","NODE":"web03","SYSCALL":{"arch":"0xc000003e","syscall":59,"success":"yes",)"
      R"("exit":0,"ppid":4,"pid":7,"exe":"/tmp/%ffx","PPID":{"comm":"sh","exe":"/bin/dash"}},)"
      R"("EXECVE":{"argc":2,"ARGV":["a%20b","c%25"]}})"
      "\n");
  const auto parents = trace.of<trace::Snapshot>();
  ASSERT_EQ(parents.size(), 1U);
  EXPECT_EQ(parents[0].image.executable.value, "/bin/dash");
  const auto execs = trace.of<trace::Exec>();
  ASSERT_EQ(execs.size(), 1U);
  EXPECT_EQ(execs[0].image.creator.value.id, parents[0].image.id);
  EXPECT_EQ(execs[0].image.executable.value, "/tmp/\xffx");
  EXPECT_THAT(execs[0].image.arguments.value, ElementsAre("a b", "c%"));
}

}  // namespace
}  // namespace exectrail::test
