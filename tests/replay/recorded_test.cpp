// `recorded:` from its YAML to its findings, on records built by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "replay/scenario/scenario_parser.h"
#include "replay/verdict/recorded_verdict.h"
#include "tests/support/records.h"

namespace exectrail::replay {
namespace {

using test::OwnedRecord;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using trace::EvidenceClass;

// Judges `recorded`, the entries of the list, against `records`.
class Recorded : public testing::Test {
 protected:
  std::vector<RecordedFinding> judged(const std::string& recorded,
                                      const std::vector<OwnedRecord>& records,
                                      const std::string& variant = "") {
    analyzer::Diagnostics diagnostics;
    const auto scenario =
        parseScenario({"scenario.yaml", "corpus/evasion/x", "evasion/x",
                       "story: S.\nattack: [T1204]\nvariants: [a, b]\nrecorded:\n" + recorded},
                      diagnostics);
    EXPECT_TRUE(scenario) << formatErrors(diagnostics);
    if (!scenario) return {};
    FactReader reader(0);
    std::vector<RecordFacts> facts;
    for (const OwnedRecord& each : records) reader.read(each.record, facts);
    return judgeRecorded({&*scenario, variant}, facts);
  }

  void expectHolds(const std::string& recorded, const std::vector<OwnedRecord>& records) {
    for (const RecordedFinding& each : judged(recorded, records)) {
      ADD_FAILURE() << each.finding.what << lines(each.finding);
    }
  }

  // "RECORD | FACT | EXPECTED | GOT"
  static std::string lines(const Finding& finding) {
    std::string text;
    for (const Deviation& each : finding.deviations) {
      text += "\n" + each.record + " | " + each.fact + " | " + each.expected + " | " + each.got;
    }
    return text;
  }
};

trace::Exec& execOf(OwnedRecord& owned) { return std::get<trace::Exec>(owned.record.body); }

// sh (70) forks 71, which executes ./x.
std::vector<OwnedRecord> shellRunsX() {
  return {test::exec("/usr/bin/dash").pid(70).top(), test::forked(test::image(70), 71),
          test::exec("/tmp/x")
              .pid(71)
              .by(test::image(70))
              .typed("./x")
              .args({"./x", "0.2"})
              .user(1000, 0)};
}

TEST_F(Recorded, WhatIsThereHolds) {
  expectHolds(R"(
  - exec: {typed: ./x}
    exactly: 1
    expect:
      executable: /tmp/x
      args: [./x, '0.2']
      working_directory: /
      comm: x
      file: {owner: 0, mode: '0755', links: 1, size: 41000}
      user: {id: 1000, effective_id: 0}
      creator: /usr/bin/dash
      previous: /usr/bin/dash
      thread: leader
      image: '1'
      identity: '8:1:4711'
      evidence: {executable: kernel, args: [procfs, image], file: procfs, interpreter: unknown}
)",
              shellRunsX());
}

TEST_F(Recorded, AThreadThatExecutesIsTold) {
  std::vector<OwnedRecord> records = shellRunsX();
  execOf(records[2]).tid = 74;
  expectHolds("  - exec: {thread: other}\n    exactly: 1\n    expect: {typed: ./x}\n", records);
}

TEST_F(Recorded, PartsOfValuesHold) {
  expectHolds(R"(
  - exec: {executable: {starts: /tmp/, ends: x, contains: mp, matches: '/t.p/x', length: 6}}
    exactly: 1
  - exec: {args: {starts: [./x], ends: ['0.2'], contains: [./x, '0.2'], length: 2}}
    exactly: 1
  - exec: {executable: [/tmp/y, /tmp/x]}
    exactly: 1
  - exec: {}
    at_least: 2
    at_most: 3
)",
              shellRunsX());
}

TEST_F(Recorded, PartsOfValuesDoNotHoldByAccident) {
  for (const char* wrong : {"{starts: tmp}", "{ends: /tm}", "{contains: y}", "{matches: '/tmp'}",
                            "{length: 7}", "[/tmp/y, /tmp]", "''"}) {
    EXPECT_EQ(1U, judged(std::string("  - exec: {typed: ./x, executable: ") + wrong +
                             "}\n    exactly: 1\n",
                         shellRunsX())
                      .size())
        << wrong;
  }
  for (const char* wrong : {"{starts: ['0.2']}", "{ends: [./x]}", "{contains: ['0.2', ./x]}",
                            "{length: 1}", "[./x]", "{starts: [./x, '0.2', more]}"}) {
    EXPECT_EQ(1U,
              judged(std::string("  - exec: {typed: ./x, args: ") + wrong + "}\n    exactly: 1\n",
                     shellRunsX())
                  .size())
        << wrong;
  }
}

TEST_F(Recorded, DifferencesAreToldFactByFact) {
  const auto findings = judged(R"(
  - exec: {typed: ./x}
    exactly: 1
    expect:
      executable: /tmp/y
      args: [./x]
      user: {id: 0}
      interpreter: /bin/sh
      evidence: {executable: procfs}
)",
                               shellRunsX());
  ASSERT_EQ(1U, findings.size());
  EXPECT_FALSE(findings[0].tooFew);
  EXPECT_EQ(FindingKind::kRecord, findings[0].finding.kind);
  EXPECT_EQ("recorded exec, typed ./x, exactly 1", findings[0].finding.what);
  EXPECT_EQ(
      "\nexec 71.1 at 0.000 s, ./x | executable | /tmp/y | /tmp/x [kernel]"
      "\nexec 71.1 at 0.000 s, ./x | args | [./x] | [./x, 0.2] [image]"
      "\nexec 71.1 at 0.000 s, ./x | user.id | 0 | 1000 [procfs]"
      "\nexec 71.1 at 0.000 s, ./x | interpreter | /bin/sh | unknown [unknown]"
      "\nexec 71.1 at 0.000 s, ./x | evidence.executable | procfs | kernel",
      lines(findings[0].finding));
}

TEST_F(Recorded, TooFewShowsWhatIsNearest) {
  const auto findings =
      judged("  - exec: {typed: ./x, executable: /tmp/y}\n    exactly: 1\n", shellRunsX());
  ASSERT_EQ(1U, findings.size());
  EXPECT_TRUE(findings[0].tooFew);
  EXPECT_EQ("recorded exec, typed ./x, executable /tmp/y, exactly 1; got 0",
            findings[0].finding.what);
  EXPECT_THAT(
      lines(findings[0].finding),
      testing::StartsWith("\nexec 71.1 at 0.000 s, ./x | executable | /tmp/y | /tmp/x [kernel]"));
}

TEST_F(Recorded, TooManyShowsThem) {
  const auto findings = judged("  - exec: {typed: ./x}\n    exactly: 0\n", shellRunsX());
  ASSERT_EQ(1U, findings.size());
  EXPECT_FALSE(findings[0].tooFew);
  EXPECT_EQ("recorded exec, typed ./x, exactly 0; got 1", findings[0].finding.what);
  EXPECT_EQ("\nexec 71.1 at 0.000 s, ./x |  |  | ", lines(findings[0].finding));
}

TEST_F(Recorded, WhatIsUnknownEqualsNothing) {
  std::vector<OwnedRecord> records = {test::exec("/tmp/x").noExecutable().noArgs()};
  execOf(records[0]).image.executable = trace::Field<trace::Bytes>::unreadable(ENAMETOOLONG);
  EXPECT_EQ(1U, judged("  - exec: {executable: ''}\n    exactly: 1\n", records).size());
  EXPECT_EQ(1U, judged("  - exec: {args: []}\n    exactly: 1\n", records).size());
  EXPECT_EQ(1U, judged("  - exec: {executable: {length: 0}}\n    exactly: 1\n", records).size());
  expectHolds(R"(
  - exec: {evidence: {executable: unknown}, error: {executable: ENAMETOOLONG}}
    exactly: 1
    expect: {evidence: {args: unknown}}
)",
              records);
}

TEST_F(Recorded, TextsAreWrittenAsADumpShowsThem) {
  const std::string name = "/tmp/x\n\xff\xe2\x80\xa8y\\";
  expectHolds(R"(
  - exec: {typed: '/tmp/x\n\xff\u{2028}y\\', args: ['']}
    exactly: 1
    expect: {typed: {length: 13}}
)",
              {test::exec(name).args({""})});
}

TEST_F(Recorded, TruncationIsAFact) {
  const trace::Evidence cut{EvidenceClass::kImage, 0, false, 70'000};
  expectHolds("  - exec: {truncated: [args]}\n    exactly: 1\n",
              {test::exec("/tmp/x"), test::exec("/tmp/y").args({"y"}, cut)});
}

TEST_F(Recorded, AnEntryOfOneVariantIsForThatVariant) {
  const std::string entry = "  - exec: {typed: /nowhere}\n    variants: [b]\n    exactly: 1\n";
  EXPECT_THAT(judged(entry, shellRunsX(), "a"), IsEmpty());
  EXPECT_EQ(1U, judged(entry, shellRunsX(), "b").size());
}

TEST_F(Recorded, TheSameFileIsOneByItsIdentity) {
  std::vector<OwnedRecord> records = {test::exec("/tmp/a/x").pid(71), test::exec("/opt/x").pid(72),
                                      test::exec("/tmp/other").pid(73)};
  const auto identify = [&](std::size_t i, std::uint64_t inode) {
    execOf(records[i]).image.identity = {{0, 49, inode, 1}, EvidenceClass::kKernel};
  };
  identify(0, 2), identify(1, 2), identify(2, 3);
  const std::string same =
      "  - exec: {typed: /opt/x}\n    exactly: 1\n"
      "    expect: {same_file_as: {typed: /tmp/a/x}}\n";
  expectHolds(same, records);
  identify(1, 3);
  const auto findings = judged(same, records);
  ASSERT_EQ(1U, findings.size());
  EXPECT_THAT(lines(findings[0].finding),
              HasSubstr("| identity | the file of typed /tmp/a/x | 0:49:3 [kernel]"));
  // Of no exec, or of several different ones: no.
  EXPECT_EQ(1U,
            judged("  - exec: {same_file_as: {typed: /gone}}\n    at_least: 1\n", records).size());
  EXPECT_EQ(1U, judged("  - exec: {same_file_as: {}}\n    at_least: 1\n", records).size());
}

TEST_F(Recorded, OtherKindsHaveTheirFacts) {
  std::vector<OwnedRecord> records = shellRunsX();
  records.push_back(test::snapshot("/usr/sbin/cron").pid(5));
  records.push_back(test::attempt("/mnt/x", EACCES, test::image(71)));
  OwnedRecord mapping = records[0];
  mapping.record.body = trace::Mapping{test::image(71),
                                       {"/tmp/evil.so", EvidenceClass::kKernel},
                                       {{0, 49, 9, 0}, EvidenceClass::kKernel},
                                       trace::MappingRole::kLibrary};
  records.push_back(mapping);
  OwnedRecord tally = records[0];
  tally.record.body =
      trace::AttemptTally{test::image(70), ENOENT, 7, 0, 9, trace::TallyReason::kPathSearch};
  records.push_back(tally);
  OwnedRecord table = records[0];
  trace::Mount mount;
  mount.point = "/opt";
  mount.root = "/app";
  mount.options = "rw,noexec";
  mount.fileSystem = "tmpfs";
  table.record.body = trace::MountTable{4, true, {EvidenceClass::kProcfs}, {mount, mount}, {}};
  records.push_back(table);
  expectHolds(R"(
  - snapshot: {executable: /usr/sbin/cron}
    exactly: 1
  - attempt: {typed: /mnt/x}
    exactly: 1
    expect: {errno: EACCES, call: execve, caller: /tmp/x}
  - mapping: {path: /tmp/evil.so}
    exactly: 1
    expect: {role: library, by: /tmp/x, identity: '0:49:9', evidence: {path: kernel}}
  - tally: {caller: /usr/bin/dash}
    exactly: 1
    expect: {errno: ENOENT, count: '7', reason: path-search}
  - mount: {point: /opt}
    exactly: 2
    expect: {root: /app, file_system: tmpfs, options: {contains: noexec}}
)",
              records);
}

TEST_F(Recorded, EnvironmentPrivilegesAndNamespaces) {
  std::vector<OwnedRecord> records = {test::exec("/usr/bin/dash").pid(70),
                                      test::exec("/tmp/x").pid(71).by(test::image(70))};
  std::vector<trace::Context> contexts(2, trace::Context{});
  contexts[0].namespaces = {{1, 2, 3, 4, 5, 6, 7}, EvidenceClass::kKernel};
  contexts[1].namespaces = {{9, 2, 3, 4, 8, 6, 7}, EvidenceClass::kKernel};
  contexts[1].environment = {{"LD_PRELOAD=/tmp/a=b.so"}, EvidenceClass::kImage};
  trace::Privileges privileges;
  privileges.noNewPrivileges = true;
  privileges.seccomp = trace::SeccompMode::kFilter;
  contexts[1].privileges = {privileges, EvidenceClass::kProcfs};
  for (std::size_t i = 0; i < 2; ++i) execOf(records[i]).image.context = &contexts[i];
  execOf(records[1]).image.secure = {true, EvidenceClass::kImage};
  execOf(records[1]).image.parentPid = {1, EvidenceClass::kProcfs};
  expectHolds(R"(
  - exec: {typed: /tmp/x}
    exactly: 1
    expect:
      environment: {LD_PRELOAD: /tmp/a=b.so}
      privileges: {no_new: true, seccomp: filter}
      namespaces: {mount: own, pid: shared, user: own}
      secure: true
      parent: other
      evidence: {environment: image, secure: image, namespaces: kernel}
)",
              records);
  EXPECT_EQ(1U,
            judged("  - exec: {environment: {LD_AUDIT: ''}}\n    at_least: 1\n", records).size());
}

TEST_F(Recorded, LongValuesAreShortened) {
  const auto findings =
      judged("  - exec: {}\n    exactly: 1\n    expect: {typed: /x}\n",
             {test::exec("/tmp/" + std::string(300, 'a') + "\xe2\x82\xac")
                  .typed("/tmp/" + std::string(193, 'a') + "\xe2\x82\xac\xe2\x82\xac")});
  ASSERT_EQ(1U, findings.size());
  EXPECT_THAT(lines(findings[0].finding), HasSubstr("a… and 15 bytes more"));
}

}  // namespace
}  // namespace exectrail::replay
