// The host's mounts against the controls, and what a control would have refused.
#include <gtest/gtest.h>

#include "analyzer/engine/engine.h"
#include "analyzer/output/posture_output.h"
#include "tests/analyzer/alerts.h"
#include "tests/support/traces.h"

namespace exectrail::analyzer {
namespace {

using test::image;
using test::kHostMounts;
using test::Records;

const std::vector<std::pair<std::string, std::string>> kMounts = {
    {"/", "rw,relatime"}, {"/tmp", "rw,nosuid,nodev"}, {"/dev/shm", "rw,nosuid,nodev,noexec"}};

PostureReport reportOf(const Records& records) {
  PostureWatch watch;
  for (const test::OwnedRecord& owned : records) watch.process(owned.record);
  return watch.report();
}

Records ofHost(const std::vector<std::pair<std::string, std::string>>& mounts) {
  return {test::snapshot("/usr/lib/systemd/systemd").pid(1, 0).top().mountNamespace(kHostMounts),
          test::mountTable(kHostMounts, mounts)};
}

TEST(Posture, SaysWhatIsMissing) {
  EXPECT_EQ(
      toText(reportOf(ofHost(kMounts))),
      "posture: of mount namespace 4026531841, process 1's\n"
      "  /tmp      tmpfs rw,nosuid,nodev; without noexec: CIS-DIL-2.0 1.1.5\n"
      "  /var/tmp  on /, tmpfs rw,relatime; without nodev, nosuid, noexec: CIS-DIL-2.0 1.1.8, "
      "1.1.9, 1.1.10\n"
      "  /dev/shm  tmpfs rw,nosuid,nodev,noexec; as asked\n");
}

TEST(Posture, UnknownIsNotMissing) {
  EXPECT_EQ(toText(reportOf({test::exec("/tmp/x")})),
            "posture: not known; the trace holds no mount table\n");
  for (const JudgedControl& each : reportOf({}).controls) {
    EXPECT_EQ(each.state, ControlState::kUnknown);
  }
  Records records = ofHost(kMounts);
  std::get<trace::MountTable>(records.back().record.body).leftOut = 1;
  for (const JudgedControl& each : reportOf(records).controls) {
    EXPECT_EQ(each.state, ControlState::kUnknown);
  }
}

// The host's is judged, wherever its table stands; of a trace that does not tell, the first.
TEST(Posture, OfTheHost) {
  Records records = ofHost(kMounts);
  records.insert(records.begin(), test::mountTable(7, {{"/", "rw"}, {"/tmp", "rw,noexec"}}));
  EXPECT_EQ(reportOf(records).mountNamespace, kHostMounts);
  EXPECT_TRUE(reportOf(records).ofInit);
  records.erase(records.begin() + 1);
  EXPECT_EQ(reportOf(records).mountNamespace, 7U);
  EXPECT_FALSE(reportOf(records).ofInit);
}

TEST(Posture, ChangeIsSaid) {
  Records records = ofHost({{"/", "rw"}, {"/tmp", "rw,noexec"}});
  const auto changed = [&] {
    std::string options;
    for (const JudgedControl& each : reportOf(records).controls) {
      if (each.changed) options += std::string(each.control->directory) + " ";
    }
    return options;
  };
  records.push_back(test::mountTable(kHostMounts, {{"/", "rw"}, {"/tmp", "rw,noexec"}}).at(5));
  EXPECT_EQ(changed(), "");
  records.push_back(test::mountTable(kHostMounts, {{"/", "rw"}, {"/tmp", "rw"}}).at(6));
  EXPECT_EQ(changed(), "/tmp ");
  records.push_back(test::mountTable(kHostMounts, {{"/", "rw"}, {"/tmp", "rw,noexec"}}).at(7));
  EXPECT_EQ(changed(), "/tmp ");  // for a moment, it was not
}

TEST(Posture, Json) {
  test::expectGolden("posture.jsonl", toJsonLines(reportOf(ofHost(kMounts)), test::header()));
}

// ---- what if

class Question {
 public:
  explicit Question(const Records& records)
      : whatIf_({"/tmp", "/var/tmp"}, test::shippedProgram(), Severity::kLow) {
    const Program nothing({}, {});
    PostureWatch posture;
    Engine engine(nothing, test::header(), [](const Alert&) {});
    engine.observe([&](const Judged& judged) { whatIf_.add(judged, posture, 0); });
    for (const test::OwnedRecord& owned : records) {
      posture.process(owned.record);
      engine.process(owned.record);
    }
  }
  const WhatIfReport& report() const { return whatIf_.report(); }
  std::string text() const { return toText(whatIf_, 0); }

 private:
  WhatIf whatIf_;
};

Records hostWith(const Records& more) {
  Records records = ofHost(kMounts);
  records.insert(records.end(), more.begin(), more.end());
  return records;
}

constexpr std::uint64_t kLater = 1'000'000'000;  // when mount tables of time 0 have settled

test::RecordBuilder ran(const std::string& path) {
  return test::exec(path).mountNamespace(kHostMounts).at(kLater);
}

TEST(WhatIf, AlertsAndBenignWorkApart) {
  const Question question(hostWith(
      {test::forked(image(1, 0), 2), ran("/usr/lib/go-1.19/bin/go").pid(2).args({"go", "test"}),
       test::forked(image(2), 3), ran("/tmp/go-build1/a.test").pid(3).owner(1000),
       ran("/tmp/evil").pid(4), ran("/tmp/evil").pid(5), ran("/usr/bin/ls").pid(6),
       ran("/tmpx/a").pid(7), ran("/usr/bin/dash").pid(8).args({"sh", "/tmp/x.sh"}),
       test::attempt("/tmp/y", 13, image(6)).at(kLater)}));
  EXPECT_EQ(
      question.text(),
      "noexec on /tmp, /var/tmp, over 8 executions, attempts and mappings\n"
      "would have been refused, and recipes alert on it: 2\n"
      "  2 × /tmp/evil\n"
      "would have been refused, and no recipe alerts on it: 1\n"
      "  1 × /tmp/go-build1/a.test, started by /usr/lib/go-1.19/bin/go; expected by a recipe's "
      "exemption\n"
      "would still have run, scripts that an interpreter opens itself: 1\n"
      "  1 × /tmp/x.sh\n"
      "answer: it would break 1 executions that no recipe alerts on; see them before you "
      "harden\n");
}

TEST(WhatIf, NothingBreaks) {
  EXPECT_NE(Question(hostWith({ran("/tmp/evil")}))
                .text()
                .find("answer: it would have refused what recipes alert on, and nothing else\n"),
            std::string::npos);
  EXPECT_NE(Question(hostWith({ran("/usr/bin/ls")}))
                .text()
                .find("answer: nothing ran that it would have refused\n"),
            std::string::npos);
}

// No table, another namespace, or one that is contradicted: nobody can say.
TEST(WhatIf, Undecided) {
  const auto undecided = [](const Records& records) {
    return total(Question(records).report().undecided);
  };
  EXPECT_EQ(undecided({ran("/tmp/a")}), 1U);
  EXPECT_EQ(undecided(hostWith({test::exec("/tmp/a").mountNamespace(7)})), 1U);
  EXPECT_EQ(undecided(hostWith({test::exec("/tmp/a")})), 1U);
  Records contradicted = ofHost({{"/", "rw"}, {"/tmp", "rw,noexec"}});
  contradicted.push_back(ran("/tmp/a"));
  EXPECT_EQ(undecided(contradicted), 1U);
  EXPECT_EQ(undecided(hostWith({ran("/tmp/a")})), 0U);
}

// A file system of its own below /tmp keeps its own options.
TEST(WhatIf, MountBelow) {
  Records records = ofHost({{"/", "rw"}, {"/tmp", "rw"}, {"/tmp/image", "rw"}});
  records.push_back(ran("/tmp/image/x"));
  const Question question(records);
  EXPECT_TRUE(question.report().alerted.empty());
  EXPECT_TRUE(question.report().undecided.empty());
}

TEST(WhatIf, RefusedEvenSo) {
  Records records = ofHost({{"/", "rw"}, {"/tmp", "rw,noexec"}});
  records.push_back(ran("/usr/bin/dash").pid(5));
  records.push_back(test::attempt("/tmp/y", 13, image(5)).at(kLater));
  EXPECT_EQ(Question(records).report().already, 1U);
}

}  // namespace
}  // namespace exectrail::analyzer
