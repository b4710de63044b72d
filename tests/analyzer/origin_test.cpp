// A merged trace of several hosts is judged as its hosts alone would be: the same pids, sessions
// and paths on two of them have nothing to do with one another.
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <nlohmann/json.hpp>

#include "analyzer/output/format.h"
#include "analyzer/output/profile_output.h"
#include "tests/analyzer/analysis.h"
#include "tests/support/traces.h"

namespace exectrail::analyzer {
namespace {

using test::image;
using test::Records;

constexpr std::uint64_t kSecond = 1'000'000'000;

trace::Header hostHeader(const std::string& host, std::uint8_t id, std::uint64_t bootNs) {
  trace::Header header = test::header();
  header.recordingId = {id};
  header.host.name = host;
  header.host.bootId = {id, id};
  header.clock.monotonicNs = 0;
  header.clock.realtimeNs = 1'772'600'000 * kSecond + bootNs;
  return header;
}

// A session in which something is downloaded and run, refused attempts, and a shell of a server's;
// which of it, differs from host to host.
Records dayOf(bool downloads, bool runs, int refused, const std::string& parent) {
  Records records = {test::snapshot("/usr/lib/systemd/systemd").pid(1, 0).top(),
                     test::snapshot(parent).pid(70, 0).by(image(1, 0)),
                     test::forked(image(70, 0), 71)};
  records.push_back(
      test::exec("/usr/bin/dash").pid(71).args({"sh", "-c", "id"}).session(70).at(kSecond));
  records.push_back(test::forked(image(71), 72));
  if (downloads) {
    records.push_back(test::exec("/usr/bin/curl")
                          .pid(72)
                          .args({"curl", "-o", "/home/a/p", "http://192.0.2.1/p"})
                          .session(70)
                          .at(2 * kSecond));
  }
  records.push_back(test::forked(image(71), 73));
  if (runs) {
    records.push_back(
        test::exec("/home/a/p").pid(73).args({"/home/a/p"}).session(70).at(3 * kSecond));
    records.push_back(test::exec("/tmp/x").pid(73, 2).args({"/tmp/x"}).session(70).at(4 * kSecond));
  }
  for (int i = 0; i < refused; ++i) {
    records.push_back(test::attempt("/opt/tool" + std::to_string(i), EACCES, image(71))
                          .number(static_cast<std::uint32_t>(i + 1))
                          .at(5 * kSecond + static_cast<std::uint64_t>(i) * 1000));
  }
  // What has no time of its own happens with what is before it.
  std::uint64_t timeNs = 0;
  for (auto& owned : records) {
    timeNs = std::max(timeNs, owned.record.timeNs);
    owned.record.timeNs = timeNs;
  }
  return records;
}

struct Line {
  std::int64_t realtimeNs;
  std::string text;
  friend auto operator<=>(const Line&, const Line&) = default;
};

// Each alert in all formats, in order of time.
struct Judgement {
  std::vector<Line> lines;
  Summary summary;
};

class Judging {
 public:
  explicit Judging(const trace::Header& header) : header_(header) {}

  void process(const trace::Record& record) { engine_.process(record); }

  Judgement finish() {
    engine_.finish();
    std::ranges::sort(judgement_.lines);
    judgement_.summary = engine_.summary();
    return judgement_;
  }

 private:
  void take(const Alert& alert) {
    static const std::string kInputs(64, '0');
    for (std::size_t i = 0; i < kFormatNames.size(); ++i) {
      judgement_.lines.push_back({alert.realtimeNs, render(static_cast<Format>(i), alert,
                                                           {header_, kInputs, {}, {}, false})});
    }
  }

  const trace::Header header_;
  Judgement judgement_;
  Engine engine_{test::shippedProgram(), header_, [this](const Alert& alert) { take(alert); }};
};

Judgement alone(const trace::Header& header, const Records& records) {
  Judging judging(header);
  for (const auto& owned : records) judging.process(owned.record);
  return judging.finish();
}

// As trace merge does it: by wall clock, what is of the same time in the order of the inputs.
Judgement merged(const trace::Header& a, const Records& ofA, const trace::Header& b,
                 const Records& ofB) {
  trace::Header header = a;
  header.origins = {{b.recordingId, b.host, b.clock, b.capture}};
  std::vector<trace::Record> all;
  for (const auto& owned : ofA) all.push_back(owned.record);
  for (const auto& owned : ofB) {
    all.push_back(owned.record);
    all.back().origin = 1;
  }
  std::ranges::stable_sort(all, {}, [&](const trace::Record& record) {
    return header.clockOf(record).toRealtimeNs(record.timeNs);
  });
  Judging judging(header);
  for (const trace::Record& record : all) judging.process(record);
  return judging.finish();
}

void expectAsAlone(const Records& ofA, const Records& ofB) {
  const trace::Header a = hostHeader("a", 1, 0);
  const trace::Header b = hostHeader("b", 2, kSecond / 2);
  const Judgement first = alone(a, ofA);
  const Judgement second = alone(b, ofB);
  const Judgement both = merged(a, ofA, b, ofB);
  std::vector<Line> expected = first.lines;
  expected.insert(expected.end(), second.lines.begin(), second.lines.end());
  std::ranges::sort(expected);
  ASSERT_EQ(both.lines.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_EQ(both.lines[i].text, expected[i].text);
  EXPECT_EQ(both.summary.execs, first.summary.execs + second.summary.execs);
  EXPECT_EQ(both.summary.attempts, first.summary.attempts + second.summary.attempts);
  for (const auto& [recipe, counts] : both.summary.recipes) {
    const RecipeCounts& one = first.summary.recipes.at(recipe);
    const RecipeCounts& other = second.summary.recipes.at(recipe);
    EXPECT_EQ(counts.alerts, one.alerts + other.alerts) << recipe;
    EXPECT_EQ(counts.suppressed, one.suppressed + other.suppressed) << recipe;
    EXPECT_EQ(counts.inconclusive, one.inconclusive + other.inconclusive) << recipe;
  }
}

TEST(Origin, TheSameOnBoth) {
  const Records day = dayOf(true, true, 25, "/usr/sbin/nginx");
  EXPECT_FALSE(alone(hostHeader("a", 1, 0), day).lines.empty());
  expectAsAlone(day, day);
}

// Downloaded on one host, run on the other: no sequence. Ten attempts on each: no burst of twenty.
// Another program with the pid of the server: nothing stands below a server there.
TEST(Origin, HalfOnEach) {
  const Records server = dayOf(true, false, 10, "/usr/sbin/nginx");
  const Records other = dayOf(false, true, 10, "/usr/bin/login");
  expectAsAlone(server, other);
  expectAsAlone(other, server);
  const Judgement both = merged(hostHeader("a", 1, 0), server, hostHeader("b", 2, 0), other);
  EXPECT_EQ(both.summary.recipes.at("download_then_exec").alerts, 0U);
  EXPECT_EQ(both.summary.recipes.at("failed_exec_burst").alerts, 0U);
  EXPECT_EQ(alone(hostHeader("a", 1, 0), dayOf(true, true, 20, "/usr/bin/login"))
                .summary.recipes.at("download_then_exec")
                .alerts,
            1U);
}

// An origin that the header does not have counts as the first one.
TEST(Origin, NotDescribed) {
  Judging judging(hostHeader("a", 1, 0));
  for (auto& owned : dayOf(false, true, 0, "/usr/bin/login")) {
    trace::Record record = owned.record;
    record.origin = 7;
    judging.process(record);
  }
  EXPECT_EQ(judging.finish().lines,
            alone(hostHeader("a", 1, 0), dayOf(false, true, 0, "/usr/bin/login")).lines);
}

// Whoever claims to have merged more hosts than are judged at a time gets no more memory, and is
// told.
TEST(Origin, Bounded) {
  trace::Header header = hostHeader("a", 1, 0);
  header.origins.resize(Engine::kMaxHosts + 5);
  const Program nothing({}, {});
  Engine engine(nothing, header, [](const Alert&) {});
  const test::OwnedRecord owned = test::snapshot("/usr/lib/systemd/systemd").pid(1, 0).top();
  trace::Record record = owned.record;
  for (std::size_t origin = 1; origin <= header.origins.size(); ++origin) {
    record.origin = static_cast<std::uint16_t>(origin);
    engine.process(record);
  }
  engine.finish();
  // The first recording's has seen no process yet.
  EXPECT_EQ(engine.summary().processesForgotten, 5U);
}

TEST(Profile, CountsAreTheSameWhateverTheClockSays) {
  const Records day = dayOf(true, true, 25, "/usr/sbin/nginx");
  const auto profiled = [&](std::uint64_t step) {
    std::uint64_t nowNs = 0;
    Engine engine(test::shippedProgram(), hostHeader("a", 1, 0), [](const Alert&) {});
    engine.profile([&] { return nowNs += step; });
    for (const auto& owned : day) engine.process(owned.record);
    engine.finish();
    return nlohmann::json::parse(toJsonLine(engine.profile(), engine.summary(), nowNs));
  };
  const auto one = profiled(1);
  auto ten = profiled(10);
  EXPECT_EQ(ten["recipes_ns"], 10 * one["recipes_ns"].get<std::uint64_t>());
  std::uint64_t evaluations = 0;
  bool sequence = false;
  for (std::size_t i = 0; i < one["recipes"].size(); ++i) {
    const auto& recipe = one["recipes"][i];
    evaluations += recipe["evaluations"].get<std::uint64_t>();
    EXPECT_GE(recipe["candidates"], recipe["alerts"]) << recipe;
    if (recipe["recipe"] == "download_then_exec") {
      sequence = true;
      EXPECT_EQ(recipe["alerts"], 1);
      EXPECT_GE(recipe["evaluations"], 2) << "a step, and the trigger";
    }
    ten["recipes"][i]["time_ns"] = recipe["time_ns"];
    EXPECT_EQ(ten["recipes"][i], recipe);
  }
  EXPECT_TRUE(sequence);
  // A clock that ticks by one when it is asked: nothing is taken twice, nothing is left out.
  EXPECT_GE(one["recipes_ns"].get<std::uint64_t>(), evaluations);
  EXPECT_LE(
      one["recipes_ns"].get<std::uint64_t>() + one["alerts_given_out_ns"].get<std::uint64_t>(),
      one["total_ns"].get<std::uint64_t>());
}

}  // namespace
}  // namespace exectrail::analyzer
