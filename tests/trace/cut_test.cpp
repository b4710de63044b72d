// What a cut keeps, what it restates, and what it says about itself.
#include "trace/cut.h"

#include <gtest/gtest.h>

#include <sstream>

#include "tests/support/traces.h"
#include "trace/subtree.h"

namespace exectrail::test {
namespace {

using trace::CutSelection;

constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr std::int64_t kStartNs = 1'772'600'767'000'000'000;  // of header()'s clock

std::int64_t second(std::uint64_t seconds) {
  return kStartNs + static_cast<std::int64_t>(seconds * kSecond);
}

std::string imageName(const trace::ImageId& id) {
  return std::to_string(id.tgid) + "." + std::to_string(id.execNumber);
}

// One word a record.
std::string word(const trace::Record& record) {
  if (const auto* fork = std::get_if<trace::Fork>(&record.body)) {
    return "fork:" + std::to_string(fork->child.tgid);
  }
  if (std::holds_alternative<trace::Gap>(record.body)) return "gap";
  if (std::holds_alternative<trace::MountTable>(record.body)) return "mounts";
  if (std::holds_alternative<trace::Heartbeat>(record.body)) return "alive";
  const char* kind = std::holds_alternative<trace::Snapshot>(record.body)  ? "was:"
                     : std::holds_alternative<trace::Exec>(record.body)    ? "exec:"
                     : std::holds_alternative<trace::Attempt>(record.body) ? "try:"
                                                                           : "exit:";
  return kind + imageName(*trace::subjectOf(record));
}

struct CutTrace {
  std::string words;
  trace::Header header;
  trace::End end;
  trace::CutReport report;
};

CutTrace cutOf(const Records& records, const CutSelection& selection, trace::End end = {}) {
  MemorySink whole;
  trace::Writer writer(whole, header());
  for (const OwnedRecord& owned : records) writer.add(owned.record);
  writer.finish(end);
  const auto source =
      trace::openTraceBytes(whole.bytes(), "whole", trace::Checks::kDigestsAndChain);
  MemorySink sink;
  CutTrace result;
  trace::CheckedParent parent;
  parent.parent = {header().recordingId, writer.head(), true};
  result.report = trace::cut(*source, parent, selection, sink);
  const auto reader = trace::openTraceBytes(sink.bytes(), "cut");
  trace::Record record;
  while (reader->next(record)) result.words += (result.words.empty() ? "" : " ") + word(record);
  EXPECT_EQ(reader->state().completeness, trace::Completeness::kComplete);
  result.header = reader->header();
  result.end = *reader->end();
  return result;
}

// init(1) and sshd(100) are there; a shell(200) of sshd runs make(300), which runs cc(400), and
// becomes /bin/login itself; cron(500) runs beside it.
Records someHost() {
  return {snapshot("/sbin/init").pid(1, 0).top().at(1),
          snapshot("/usr/sbin/sshd").pid(100, 0).by(image(1, 0)).at(2),
          forked(image(100, 0), 200).at(1 * kSecond),
          exec("/bin/sh").pid(200).by(image(100, 0)).at(2 * kSecond),
          forked(image(200), 300).at(3 * kSecond),
          exec("/usr/bin/make").pid(300).by(image(200)).at(4 * kSecond),
          forked(image(300), 400).at(5 * kSecond),
          exec("/usr/bin/cc").pid(400).by(image(300)).at(6 * kSecond),
          attempt("/tmp/x", 13, image(400)).at(7 * kSecond),
          forked(image(1, 0), 500).at(7 * kSecond + 1),
          exec("/usr/sbin/cron").pid(500).by(image(1, 0)).at(7 * kSecond + 2),
          exec("/bin/login").pid(200, 2).by(image(100, 0)).at(8 * kSecond),
          exited(image(400)).at(9 * kSecond),
          exited(image(300)).at(10 * kSecond)};
}

TEST(Cut, Everything) {
  EXPECT_EQ(cutOf(someHost(), {}).words,
            "was:1.0 was:100.0 fork:200 exec:200.1 fork:300 exec:300.1 fork:400 exec:400.1 "
            "try:400.1 fork:500 exec:500.1 exec:200.2 exit:400.1 exit:300.1");
}

TEST(Cut, AProcessAndAllBelowItWithThoseAboveRestated) {
  CutSelection selection;
  selection.pids = {300};
  const CutTrace cut = cutOf(someHost(), selection);
  EXPECT_EQ(cut.words,
            "fork:300 was:200.1 was:100.0 was:1.0 exec:300.1 fork:400 exec:400.1 try:400.1 "
            "exit:400.1 exit:300.1");
  EXPECT_EQ(cut.end.execs, 2U);
  EXPECT_EQ(cut.end.forks, 2U);
  EXPECT_EQ(cut.end.attempts, 1U);
  EXPECT_EQ(cut.end.exits, 2U);
  EXPECT_EQ(cut.report.restated, 4U);
}

TEST(Cut, ImagesThatWereReplacedAreRestatedInTheirOrder) {
  Records records = someHost();
  records.push_back(forked(image(200, 2), 600).at(11 * kSecond));
  records.push_back(exec("/bin/late").pid(600).by(image(200, 2)).at(12 * kSecond));
  CutSelection selection;
  selection.pids = {600};
  EXPECT_EQ(cutOf(records, selection).words,
            "fork:600 was:200.1 was:200.2 was:100.0 was:1.0 exec:600.1");
}

TEST(Cut, AnExecutableByPathOrByName) {
  for (const char* wanted : {"/usr/bin/make", "make"}) {
    CutSelection selection;
    selection.executables = {wanted};
    EXPECT_EQ(cutOf(someHost(), selection).words,
              "fork:300 was:200.1 was:100.0 was:1.0 exec:300.1 fork:400 exec:400.1 try:400.1 "
              "exit:400.1 exit:300.1")
        << wanted;
  }
  CutSelection selection;
  selection.executables = {"/usr/make"};
  EXPECT_EQ(cutOf(someHost(), selection).words, "");
}

TEST(Cut, ASnapshotProcessWhoseChildrenWereListedBeforeIt) {
  const Records records = {snapshot("/usr/bin/child").pid(7, 0).by(image(6, 0)),
                           snapshot("/usr/bin/grandchild").pid(8, 0).by(image(7, 0)),
                           snapshot("/usr/bin/parent").pid(6, 0).top(),
                           snapshot("/usr/bin/other").pid(9, 0).top(),
                           attempt("/x", 2, image(8, 0)),
                           attempt("/y", 2, image(9, 0))};
  CutSelection selection;
  selection.pids = {6};
  EXPECT_EQ(cutOf(records, selection).words, "was:6.0 was:8.0 was:7.0 try:8.0");
}

TEST(Cut, ASpanOfTime) {
  CutSelection selection;
  selection.fromNs = second(6);
  selection.toNs = second(8);
  EXPECT_EQ(cutOf(someHost(), selection).words,
            "fork:400 was:300.1 was:200.1 was:100.0 was:1.0 exec:400.1 try:400.1 fork:500 "
            "exec:500.1");
}

TEST(Cut, GapsHeartbeatsAndMountsBelongToNobody) {
  trace::Record mounts;
  mounts.body = trace::MountTable{};
  trace::Record alive;
  alive.timeNs = 6 * kSecond;
  alive.body = trace::Heartbeat{1, 2, 3, "the head of another trace"};
  Records records = someHost();
  records.insert(records.begin(), OwnedRecord{mounts, nullptr, nullptr});
  records.push_back(gap(5 * kSecond, 7 * kSecond, 12));
  records.push_back(gap(20 * kSecond, 21 * kSecond, 1));
  records.push_back(OwnedRecord{alive, nullptr, nullptr});
  CutSelection selection;
  selection.pids = {500};
  selection.fromNs = second(6);
  selection.toNs = second(9);
  const CutTrace cut = cutOf(records, selection);
  EXPECT_EQ(cut.words, "mounts fork:500 was:1.0 exec:500.1 gap alive");
  EXPECT_EQ(cut.end.gaps, 1U);
  EXPECT_EQ(cut.end.lostEvents, 12U);
}

TEST(Cut, SaysWhatItIs) {
  CutSelection selection;
  selection.fromNs = second(6);
  selection.toNs = second(8);
  selection.pids = {300, 301};
  selection.executables = {"/bin/a b"};
  trace::End end;
  end.attemptsNotKept = 7;
  end.execs = 99;
  end.reason = trace::EndReason::kInterrupted;
  const CutTrace cut = cutOf(someHost(), selection, end);
  EXPECT_EQ(
      cut.header.provenance,
      std::vector<std::string>{
          "cut to from 2026-03-04T05:06:13.000000000Z, to 2026-03-04T05:06:15.000000000Z, pid "
          "300, pid 301, executable \"/bin/a b\" by exectrail-trace " EXECTRAIL_VERSION});
  ASSERT_EQ(cut.header.parents.size(), 1U);
  EXPECT_EQ(cut.header.parents[0].recordingId, header().recordingId);
  EXPECT_TRUE(cut.header.parents[0].whole);
  EXPECT_EQ(cut.end.reason, trace::EndReason::kCut);
  EXPECT_EQ(cut.end.attemptsNotKept, 7U) << "nobody knows whose they were";
  EXPECT_EQ(cut.end.execs, 1U);
}

TEST(Subtree, ProcessesThatEndedStayForAWhile) {
  trace::Subtree subtree;
  subtree.add({0, image(1).process()});
  const auto exit = [](std::uint32_t pid) {
    trace::Record record;
    record.body = trace::Exit{image(pid), {}};
    return record;
  };
  subtree.learn(forked(image(1), 2).record());
  subtree.learn(exit(2));
  EXPECT_TRUE(subtree.contains({0, image(2).process()}));
  EXPECT_FALSE(subtree.contains({1, image(2).process()})) << "another host's";
  for (std::uint32_t pid = 10; pid < 5010; ++pid) {
    subtree.learn(forked(image(1), pid).record());
    subtree.learn(exit(pid));
  }
  EXPECT_FALSE(subtree.contains({0, image(2).process()}));
  EXPECT_TRUE(subtree.contains({0, image(5009).process()}));
  EXPECT_TRUE(subtree.contains({0, image(1).process()}));
}

TEST(Cut, ALongChainOfExecsAndForksIsTakenDownWithoutRecursion) {
  Records records = {snapshot("/sbin/init").pid(1, 0).top()};
  for (std::uint32_t pid = 1; pid < 20'000; ++pid) {
    records.push_back(forked(image(pid, 0), pid + 1));
    records.push_back(exited(image(pid, 0)));
  }
  for (std::uint32_t number = 1; number < 20'000; ++number) {
    records.push_back(exec("/bin/again").pid(20'000, number).by(image(19'999, 0)));
  }
  CutSelection selection;
  selection.fromNs = second(100);
  EXPECT_EQ(cutOf(records, selection).words, "");
}

}  // namespace
}  // namespace exectrail::test
