// Correlation rules of Sigma: counts, values, company and order within a time, and their account.
#include <gtest/gtest.h>

#include "tests/analyzer/rules/rules.h"

namespace exectrail::analyzer {
namespace {

using test::account;
using test::alerts;
using test::exec;
using test::image;
using test::load;
using test::Records;

constexpr std::uint64_t kSecond = 1'000'000'000;

const std::string kRules =
    "title: A curl\nname: curl\nid: 11111111-0000-4000-8000-000000000001\n"
    "logsource: {product: linux, category: process_creation}\n"
    "detection: {s: {Image|endswith: /curl}, condition: s}\n"
    "---\n"
    "title: A chmod\nname: chmod\n"
    "logsource: {product: linux, service: auditd}\n"
    "detection: {s: {type: EXECVE, a0: chmod}, condition: s}\n";

std::string correlated(const std::string& correlation, const std::string& more = {}) {
  return kRules + "---\ntitle: Together\nlevel: high\n" + more + "correlation:\n" + correlation;
}

test::OwnedRecord ran(const std::string& path, std::uint64_t second, std::uint32_t uid = 1000,
                      std::vector<std::string> args = {}) {
  static std::uint32_t pid = 100;
  if (args.empty()) args = {path.substr(path.rfind('/') + 1)};
  return exec(path).pid(++pid).user(uid).args(args).at(second * kSecond);
}

std::size_t fired(const std::string& yaml, const Records& records) {
  std::size_t count = 0;
  for (const Alert& alert : alerts(yaml, records)) {
    count += alert.recipe->name == "sigma/together" ? 1 : 0;
  }
  return count;
}

Records curls(const std::vector<std::uint64_t>& seconds, std::uint32_t uid = 1000) {
  Records records;
  for (const std::uint64_t second : seconds) {
    records.push_back(
        ran("/usr/bin/curl", second, uid, {"curl", "http://a/" + std::to_string(second)}));
  }
  return records;
}

TEST(Correlation, EventCount) {
  const std::string rule = correlated(
      "  type: event_count\n  rules: [curl]\n  group-by: [LogonId]\n  timespan: 10s\n"
      "  condition: {gte: 3}\n");
  EXPECT_EQ(fired(rule, curls({1, 2, 11})), 1U);
  EXPECT_EQ(fired(rule, curls({1, 2, 12})), 0U);
  Records two = curls({1, 2}, 1);
  for (const auto& record : curls({2, 3}, 2)) two.push_back(record);
  EXPECT_EQ(fired(rule, two), 0U);
  const std::string more =
      correlated("  type: event_count\n  rules: [curl]\n  timespan: 1m\n  condition: {gt: 3}\n");
  EXPECT_EQ(fired(more, curls({1, 2, 3})), 0U);
  EXPECT_EQ(fired(more, curls({1, 2, 3, 4})), 1U);
  EXPECT_EQ(fired(more, two), 1U);  // together, whoever it is
}

TEST(Correlation, ValueCount) {
  const std::string rule = correlated(
      "  type: value_count\n  rules: [11111111-0000-4000-8000-000000000001]\n"
      "  group-by: [User]\n  timespan: 1h\n  condition: {field: CommandLine, gte: 3}\n");
  EXPECT_EQ(fired(rule, curls({1, 2, 3})), 1U);
  EXPECT_EQ(fired(rule, curls({1, 1, 1, 2, 2})), 0U);
}

TEST(Correlation, Temporal) {
  const std::string rule = correlated(
      "  type: temporal\n  rules: [curl, chmod]\n  timespan: 10s\n"
      "  aliases: {who: {curl: LogonId, chmod: uid}}\n  group-by: [who]\n");
  const auto curl = [](std::uint64_t second, std::uint32_t uid = 7) {
    return ran("/usr/bin/curl", second, uid);
  };
  const auto chmod = [](std::uint64_t second, std::uint32_t uid = 7) {
    return ran("/usr/bin/chmod", second, uid);
  };
  EXPECT_EQ(fired(rule, {curl(1), chmod(2)}), 1U);
  EXPECT_EQ(fired(rule, {chmod(1), curl(2)}), 1U);  // in any order
  EXPECT_EQ(fired(rule, {curl(1), curl(2), curl(3)}), 0U);
  EXPECT_EQ(fired(rule, {curl(1), chmod(12)}), 0U);
  EXPECT_EQ(fired(rule, {curl(1), chmod(2, 8)}), 0U);  // of two users
}

TEST(Correlation, TemporalOrdered) {
  const std::string rule = correlated(
      "  type: temporal_ordered\n  rules: [curl, chmod]\n  timespan: 10s\n"
      "  aliases: {who: {curl: LogonId, chmod: uid}}\n  group-by: [who]\n");
  EXPECT_EQ(fired(rule, {ran("/usr/bin/curl", 1), ran("/usr/bin/chmod", 2)}), 1U);
  EXPECT_EQ(fired(rule, {ran("/usr/bin/chmod", 1), ran("/usr/bin/curl", 2)}), 0U);
  EXPECT_EQ(fired(rule, {ran("/usr/bin/curl", 1), ran("/usr/bin/chmod", 12)}), 0U);
}

TEST(Correlation, RulesThatAreCorrelatedAreSilent) {
  const std::string body =
      "  type: event_count\n  rules: [curl]\n  timespan: 1m\n  condition: {gte: 9}\n";
  EXPECT_TRUE(alerts(correlated(body), curls({1})).empty());
  EXPECT_EQ(alerts(correlated(body + "  generate: true\n"), curls({1})).size(), 1U);
  EXPECT_EQ(alerts(kRules, curls({1})).size(), 1U);
  EXPECT_EQ(account(load(correlated(body))),
            "loaded\n1: it makes no alerts of its own, but those of 'Together'\nloaded\nloaded");
}

// A correlation may stand before the rules that it refers to.
TEST(Correlation, OrderOfDocuments) {
  const std::string rule =
      "title: Together\ncorrelation: {type: event_count, rules: [curl], timespan: 1m, "
      "condition: {gte: 2}}\n---\n" +
      kRules;
  EXPECT_EQ(fired(rule, curls({1, 2})), 1U);
}

TEST(Correlation, Account) {
  const auto refusal = [](const std::string& correlation) {
    const RuleSet rules = load(correlated(correlation));
    const RuleReport& report = rules.reports.back();
    std::string text = report.refused() ? "refused" : "not refused";
    for (const RuleNote& note : report.notes) text += ": " + note.text;
    return text;
  };
  const std::pair<const char*, const char*> vectors[] = {
      {"  type: event_count\n  timespan: 1m\n", "refused: no 'rules'"},
      {"  type: event_count\n  rules: [x]\n  timespan: 1m\n  condition: {gte: 1}\n",
       "refused: there is no rule 'x' that can be used: by name or id, and none that correlates "
       "itself"},
      {"  type: event_count\n  rules: [curl]\n  timespan: 1m\n  condition: {lt: 3}\n",
       "refused: 'lt' is not supported: only gt and gte can be seen to hold"},
      {"  type: event_count\n  rules: [curl]\n  timespan: 1m\n  condition: {gte: x}\n",
       "refused: 'x' is no number up to 10,000"},
      {"  type: event_count\n  rules: [curl]\n  timespan: 1x\n  condition: {gte: 3}\n",
       "refused: timespan '1x' is no time of seconds, minutes, hours or days (s, m, h, d) up to 31 "
       "days"},
      {"  type: event_count\n  rules: [curl]\n  timespan: 99999999999d\n  condition: {gte: 3}\n",
       "refused: timespan '99999999999d' is no time of seconds, minutes, hours or days (s, m, h, "
       "d) "
       "up to 31 days"},
      {"  type: value_count\n  rules: [curl]\n  timespan: 1m\n  condition: {gte: 3}\n",
       "refused: no 'field' whose values are counted"},
      {"  type: event_count\n  rules: [curl]\n  timespan: 1m\n  group-by: [Color]\n"
       "  condition: {gte: 3}\n",
       "refused: 'Color' is no field that executions have"},
      {"  type: temporal\n  rules: [curl, chmod]\n  timespan: 1m\n  group-by: [who]\n"
       "  aliases: {who: {curl: LogonId}}\n",
       "refused: alias 'who' says nothing of 'chmod'"},
      {"  type: temporal_ordered\n  rules: [curl]\n  timespan: 1m\n",
       "refused: an order of one rule"},
      {"  type: median\n  rules: [curl]\n  timespan: 1m\n", "refused: unknown type 'median'"},
      {"  type: temporal\n  rules: [curl, chmod]\n  timespan: 1m\n  after: x\n",
       "refused: unknown key 'after' in 'correlation'"},
  };
  for (const auto& [correlation, expected] : vectors) {
    EXPECT_EQ(refusal(correlation), expected) << correlation;
  }
}

}  // namespace
}  // namespace exectrail::analyzer
