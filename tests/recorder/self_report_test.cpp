// What a recording says about itself, from records built by hand.
#include "recorder/self_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/records.h"

namespace exectrail::recorder {
namespace {

using testing::ElementsAre;
using trace::EvidenceClass;

std::vector<std::string> linesOf(const test::Records& records) {
  SelfReport report;
  for (const test::OwnedRecord& record : records) report.see(record.record);
  return report.lines();
}

test::OwnedRecord lost(trace::Source source, std::uint64_t events) {
  test::OwnedRecord record = test::gap(1, 2, events);
  std::get<trace::Gap>(record.record.body).source = source;
  return record;
}

test::OwnedRecord tally(std::uint32_t pid, std::uint64_t count, trace::TallyReason reason) {
  test::OwnedRecord record;
  record.record.body = trace::AttemptTally{test::image(pid), 2, count, 0, 0, reason};
  return record;
}

TEST(SelfReport, NothingToSay) { EXPECT_THAT(linesOf({}), ElementsAre()); }

TEST(SelfReport, EvidenceByClass) {
  EXPECT_THAT(linesOf({test::exec("/bin/a").executable("/bin/a", {EvidenceClass::kKernel}),
                       test::exec("/bin/b").executable("/bin/b", {EvidenceClass::kProcfs}),
                       test::exec("/bin/c").noExecutable().noArgs()}),
              ElementsAre("executable of 2 of 3 execs (kernel 1, procfs 1), arguments of 2 of 3 "
                          "execs (image 2)"));
  EXPECT_THAT(linesOf({test::exec("/bin/a")
                           .executable("/bin/a", {EvidenceClass::kKernel})
                           .args({"a"}, {EvidenceClass::kImage, 0, false, 99})}),
              ElementsAre("executable of 1 of 1 exec (kernel 1), arguments of 1 of 1 exec (image "
                          "1), 1 cut"));
}

TEST(SelfReport, LossesOfEachSource) {
  EXPECT_THAT(
      linesOf({lost(trace::Source::kTracefs, 5), lost(trace::Source::kPerf, 1),
               lost(trace::Source::kTracefs, 7), lost(trace::Source::kPerf, 0)}),
      ElementsAre("tracefs lost 12 events in 2 gaps", "perf lost at least 1 event in 2 gaps"));
}

TEST(SelfReport, FloodsByNameWorstFirst) {
  const auto flood = trace::TallyReason::kFlood;
  EXPECT_THAT(
      linesOf({test::snapshot("/usr/bin/a b").pid(1).top(), test::snapshot("/usr/bin/two").pid(2),
               test::forked(test::image(2), 3), tally(1, 10, flood), tally(2, 500, flood),
               tally(3, 70, flood), tally(4, 60, flood), tally(1, 90, flood),
               tally(1, 1000, trace::TallyReason::kPathSearch)}),
      ElementsAre("so many failed attempts that they were only counted: 500 by two(2), 100 by "
                  "\"a b\"(1), 70 by two(3), 60 by others"));
}

TEST(SelfReport, AFloodIsNamedAlsoWhenItsProcessHasEnded) {
  EXPECT_THAT(linesOf({test::snapshot("/usr/bin/storm").pid(1).top(),
                       tally(1, 10, trace::TallyReason::kFlood), test::exited(test::image(1))}),
              ElementsAre("so many failed attempts that they were only counted: 10 by storm(1)"));
}

}  // namespace
}  // namespace exectrail::recorder
