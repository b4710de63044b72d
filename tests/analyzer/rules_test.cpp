// What needs memory: counts, sequences, first-seen, suppression; within event time, and bounded.
#include <gtest/gtest.h>

#include "analyzer/engine/baseline.h"
#include "tests/analyzer/analysis.h"
#include "tests/support/traces.h"
#include "trace/errors.h"

namespace exectrail::analyzer {
namespace {

using test::image;

constexpr std::uint64_t kSecond = 1'000'000'000;

std::string recipe(const std::string& trigger, const std::string& more) {
  return "recipe: test\nversion: 1.0.0\ntitle: Test\nseverity: medium\n" + trigger + more;
}

const std::string kRefused = "judge: {results: [EACCES]}\nwhen: attempt\n";
const std::string kRan = "judge: {results: [ok]}\nwhen: \"file.path under '/tmp'\"\n";

test::Records attempts(const std::vector<std::uint64_t>& seconds, std::uint32_t pid = 1) {
  test::Records records = {test::exec("/bin/sh").pid(pid).top()};
  std::uint32_t number = 0;
  for (const std::uint64_t at : seconds) {
    ++number;
    records.push_back(test::attempt("/tmp/x" + std::to_string(number), 13, image(pid))
                          .number(number)
                          .at(at * kSecond));
  }
  return records;
}

TEST(Count, WithinItsTime) {
  const auto program =
      test::compiled(recipe(kRefused, "count: {at_least: 3, within: 10s, key: [process.pid]}\n"));
  EXPECT_EQ(test::analyze(*program, attempts({1, 2, 11})).alerts.size(), 1U);
  EXPECT_EQ(test::analyze(*program, attempts({1, 2, 12})).alerts.size(), 0U);
  EXPECT_EQ(test::analyze(*program, attempts({1, 2, 12, 12})).alerts.size(), 1U);
  // It begins anew afterwards.
  EXPECT_EQ(test::analyze(*program, attempts({1, 1, 1, 1, 1})).alerts.size(), 1U);
  EXPECT_EQ(test::analyze(*program, attempts({1, 1, 1, 1, 1, 1})).alerts.size(), 2U);
}

TEST(Count, OfEachKeyAndOfDistinctValues) {
  const auto program =
      test::compiled(recipe(kRefused, "count: {at_least: 2, within: 10s, key: [process.pid]}\n"));
  test::Records two = attempts({1}, 1);
  for (const auto& record : attempts({1}, 2)) two.push_back(record);
  EXPECT_EQ(test::analyze(*program, two).alerts.size(), 0U);

  const auto distinct = test::compiled(recipe(
      kRefused, "count: {at_least: 2, within: 10s, key: [process.pid], distinct: file.path}\n"));
  test::Records same = attempts({1});
  same.push_back(test::attempt("/tmp/x1", 13, image(1)).number(2).at(kSecond));
  EXPECT_EQ(test::analyze(*distinct, same).alerts.size(), 0U);
  EXPECT_EQ(test::analyze(*distinct, attempts({1, 1})).alerts.size(), 1U);
}

// What is over is forgotten, but not before what may still come late.
TEST(Count, ForgetsOnlyWhatIsOver) {
  const auto program =
      test::compiled(recipe(kRefused, "count: {at_least: 2, within: 10s, key: [process.pid]}\n"));
  const auto alertsOf = [&](std::uint64_t other, std::uint64_t second) {
    test::Records records = attempts({100}, 1);
    for (const auto& record : attempts({other}, 2)) records.push_back(record);
    records.push_back(test::attempt("/tmp/x", 13, image(1)).number(2).at(second * kSecond));
    return test::analyze(*program, records).alerts.size();
  };
  EXPECT_EQ(alertsOf(109, 110), 1U);
  EXPECT_EQ(alertsOf(111, 111), 0U);
  EXPECT_EQ(alertsOf(120, 101), 1U) << "it came late";
  EXPECT_EQ(alertsOf(200, 101), 0U);
  EXPECT_EQ(alertsOf(200, 200), 0U);
}

TEST(Count, TalliesCountAsWhatTheyStandFor) {
  const auto program =
      test::compiled(recipe(kRefused, "count: {at_least: 5, within: 10s, key: [process.pid]}\n"));
  test::Records records = attempts({1});
  records.push_back(test::tally(image(1), 13, 4).at(2 * kSecond));
  EXPECT_EQ(test::analyze(*program, records).alerts.size(), 1U);
  records.back() = test::tally(image(1), 2, 4).at(2 * kSecond);  // ENOENT
  EXPECT_EQ(test::analyze(*program, records).alerts.size(), 0U);
}

const std::string kSequence =
    "sequence:\n"
    "  within: 60s\n"
    "  steps:\n"
    "    - {name: brought, when: process.name == 'curl', key: [session.leader, argument_paths]}\n"
    "    - {name: prepared, when: process.name == 'chmod', key: [session.leader, argument_paths]}\n"
    "  key: [session.leader, file.path]\n";

test::Records download(std::uint64_t ran, std::uint32_t session, const std::string& path) {
  return {test::exec("/bin/sh").pid(1).top().session(1),
          test::exec("/usr/bin/curl")
              .pid(2)
              .by(image(1))
              .session(1)
              .args({"curl", "-o", "/tmp/x", "http://a/x"})
              .at(1 * kSecond),
          test::exec("/usr/bin/chmod")
              .pid(3)
              .by(image(1))
              .session(1)
              .cwd("/tmp")
              .args({"chmod", "+x", "x"})
              .at(2 * kSecond),
          test::exec(path).pid(4).by(image(1)).session(session).at(ran * kSecond)};
}

TEST(Sequence, OfTheSamePathInOneSession) {
  const auto program = test::compiled(recipe(kRan, kSequence));
  const auto analysis = test::analyze(*program, download(3, 1, "/tmp/x"));
  ASSERT_EQ(analysis.alerts.size(), 1U);
  EXPECT_EQ(analysis.alerts.front().reasons.back().because,
            "brought curl(2), then prepared chmod(3), begun 2.0 s earlier");
  EXPECT_EQ(test::analyze(*program, download(61, 1, "/tmp/x")).alerts.size(), 1U);
  EXPECT_EQ(test::analyze(*program, download(62, 1, "/tmp/x")).alerts.size(), 0U);
  EXPECT_EQ(test::analyze(*program, download(3, 7, "/tmp/x")).alerts.size(), 0U);
  EXPECT_EQ(test::analyze(*program, download(3, 1, "/tmp/y")).alerts.size(), 0U);
}

TEST(Sequence, NeedsItsOrder) {
  const auto program = test::compiled(recipe(kRan, kSequence));
  test::Records records = download(3, 1, "/tmp/x");
  std::swap(records[1], records[2]);
  records[1].record.timeNs = 1 * kSecond;
  records[2].record.timeNs = 2 * kSecond;
  EXPECT_EQ(test::analyze(*program, records).alerts.size(), 0U);
}

// A step of which nobody can say leaves the trigger undecided, not silent.
TEST(Sequence, InconclusiveAfterAnUnknownStep) {
  const auto program = test::compiled(recipe(kRan, kSequence));
  test::Records records = download(3, 1, "/tmp/x");
  auto unknown = test::exec("/usr/bin/chmod").pid(3).by(image(1)).session(1);
  records[2] = unknown.noExecutable().args({"chmod", "/tmp/x"}).at(2 * kSecond);
  const auto analysis = test::analyze(*program, records);
  EXPECT_EQ(analysis.alerts.size(), 0U);
  EXPECT_EQ(analysis.summary.recipes.at("test").inconclusive, 1U);
}

TEST(FirstSeen, AgainstABaseline) {
  const auto program = test::compiled(recipe(kRan, "first_seen: [parent.executable, file.path]\n"));
  const test::Records records = {
      test::exec("/bin/sh").pid(1).top(), test::exec("/tmp/a").pid(2).by(image(1)),
      test::exec("/tmp/b").pid(3).by(image(1)), test::exec("/tmp/b").pid(4).by(image(1))};
  // Without a baseline it says that it is idle, and nothing else.
  const auto idle = test::analyze(*program, records);
  EXPECT_TRUE(idle.alerts.empty());
  EXPECT_EQ(idle.summary.idle, std::vector<std::string>{"test"});

  BaselineLearner learner(*program);
  const Program nothing({}, {});
  Engine learning(nothing, test::header(), [](const Alert&) {});
  learning.observe([&](const Judged& judged) { learner.learn(judged); });
  for (std::size_t i = 0; i < 2; ++i) learning.process(records[i].record);
  EXPECT_EQ(learner.text(), "exectrail baseline 1\ntest\t/usr/bin/sh\t/tmp/a\n");

  const Baseline baseline = parseBaseline("b", learner.text());
  std::vector<std::string> found;
  Engine engine(
      *program, test::header(), [&](const Alert& alert) { found.push_back(alert.filePath.value); },
      &baseline);
  for (const auto& owned : records) engine.process(owned.record);
  engine.finish();
  EXPECT_EQ(found, std::vector<std::string>{"/tmp/b"});
}

TEST(FirstSeen, HostileBytesSurviveTheFile) {
  const auto program = test::compiled(recipe(kRan, "first_seen: [file.path]\n"));
  const std::string path = "/tmp/\t\n\\x41\xff";
  BaselineLearner learner(*program);
  const Program nothing({}, {});
  Engine learning(nothing, test::header(), [](const Alert&) {});
  learning.observe([&](const Judged& judged) { learner.learn(judged); });
  const test::OwnedRecord record = test::exec(path);
  learning.process(record.record);
  const Baseline baseline = parseBaseline("b", learner.text());
  EXPECT_TRUE(baseline.at("test").contains(keyOf({path})));
}

TEST(FirstSeen, RefusesWhatIsNoBaseline) {
  for (const char* text : {"", "hello", "exectrail baseline 1\nx", "exectrail baseline 1\na\t\\q",
                           "exectrail baseline 1\na\t\\x4"}) {
    EXPECT_THROW(parseBaseline("b", text), EnvironmentError) << text;
  }
}

std::vector<std::uint64_t> suppressedCounts(const test::Analysis& analysis) {
  std::vector<std::uint64_t> counts;
  for (const Alert& alert : analysis.alerts) counts.push_back(alert.suppressed);
  return counts;
}

TEST(Suppression, TheRestBecomesANumber) {
  const auto program =
      test::compiled(recipe(kRefused, "suppress: {key: [process.pid], first: 2, window: 10s}\n"));
  // Five in one window, then one in another.
  const auto analysis = test::analyze(*program, attempts({1, 2, 3, 4, 5, 20}));
  EXPECT_EQ(suppressedCounts(analysis), (std::vector<std::uint64_t>{0, 0, 3, 0}));
  EXPECT_EQ(analysis.alerts[2].timeNs, 5 * kSecond);
  EXPECT_EQ(analysis.summary.recipes.at("test").suppressed, 3U);
  EXPECT_EQ(analysis.summary.recipes.at("test").alerts, 3U);
  // The end of the trace ends the window.
  EXPECT_EQ(suppressedCounts(test::analyze(*program, attempts({1, 2, 3}))),
            (std::vector<std::uint64_t>{0, 0, 1}));
}

}  // namespace
}  // namespace exectrail::analyzer
